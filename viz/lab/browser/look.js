// Colours, numbers and canvases: what drawings share.

// Okabe and Ito's colours, told apart by the colour-blind, with their lightness moved for light and for dark paper.
const FIRMS = {
  light: ["#0072b2", "#b85c00", "#007a5a", "#a8467f", "#3d8fc4", "#8a6d00", "#5b4fb5", "#7a4a2b"],
  dark: ["#56b4e9", "#f0a030", "#2fc79a", "#e59bc7", "#7fc8f5", "#f0e442", "#b0a6ff", "#d9ab88"],
};
const LINES = {
  light: ["#0b6b5f", "#b0341c", "#004a86"],
  dark: ["#4fd1bd", "#ff9d80", "#7db8f7"],
};
const PAPER = {
  light: { ink: "#1f2933", faint: "#55606b", rule: "#c9d0d8", old: "#b3bbc4", paper: "#ffffff", policy: "#fdf0d5", warn: "#8f1d1d" },
  dark: { ink: "#e4e7eb", faint: "#a3adb8", rule: "#3d4752", old: "#545f6b", paper: "#14181d", policy: "#33290f", warn: "#ffb0a8" },
};

export function look() {
  const scheme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  return { ...PAPER[scheme], firms: FIRMS[scheme], lines: LINES[scheme], scheme };
}

export function firmColour(colours, life) {
  return colours.firms[life % colours.firms.length];
}

// A canvas as large as its box, sharp on any screen: its context in units of CSS pixels, and its size.
export function sized(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== across || canvas.height !== down) [canvas.width, canvas.height] = [across, down];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

// A sheet behind a canvas, drawn once and copied in every frame.
export function sheet(width, height, draw) {
  const ratio = window.devicePixelRatio || 1;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw(context);
  return canvas;
}

export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  const large = Math.abs(value) >= 1000;
  return value.toLocaleString("en", { maximumFractionDigits: large ? 0 : digits, minimumFractionDigits: 0 });
}

export function percent(value, digits = 1) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : "–";
}
