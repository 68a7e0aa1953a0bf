// The network and the charts of a frame as one PNG file.

const [SIDE, WIDTH, HEIGHT, MARGIN, TITLE] = [760, 520, 320, 24, 56];

// `note` is a line below the title, for the colours and lines of a picture of two runs.
export function savePicture({ title, note, name }, colours, drawNetwork, charts) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [2 * (SIDE + 2 * WIDTH + 4 * MARGIN), 2 * (SIDE + TITLE + 2 * MARGIN)];
  const context = canvas.getContext("2d");
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = colours.ink;
  context.font = "600 22px Roboto, sans-serif";
  context.fillText(title, MARGIN, MARGIN + 18);
  context.font = "15px Roboto, sans-serif";
  context.fillText(note, MARGIN, MARGIN + 42);
  at(context, MARGIN, TITLE + MARGIN, () => drawNetwork({ context, width: SIDE, height: SIDE }));
  charts.forEach((chart, place) => {
    const x = SIDE + 2 * MARGIN + (place % 2) * (WIDTH + MARGIN);
    const y = TITLE + MARGIN + Math.floor(place / 2) * (HEIGHT + 2 * MARGIN);
    context.fillStyle = colours.ink;
    context.font = "600 15px Roboto, sans-serif";
    context.textAlign = "left";
    context.fillText(chart.content.title, x, y);
    at(context, x, y + 14, () => chart.draw({ context, width: WIDTH, height: HEIGHT }, colours, chart.frame));
  });
  canvas.toBlob((file) => download(file, name));
}

function at(context, x, y, draw) {
  context.save();
  context.translate(x, y);
  draw();
  context.restore();
}

function download(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
