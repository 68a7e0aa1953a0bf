// The headline numbers of a quarter.

import { number, percent } from "/lab/look.js";

// [{name, value, unit}] of a recording at a frame.
export function tilesOf(recording, frame) {
  const at = (name) => (frame ? recording.series(name)[frame - 1] : NaN);
  const placed = recording.series("budget_placed").subarray(0, frame).reduce((sum, one) => sum + one, 0);
  return [
    { name: "adoption", value: percent(at("adoption")), unit: "of economic size" },
    { name: "innovators", value: String(recording.firmsAt(frame).length), unit: "living firms" },
    { name: "concentration", value: number(at("hhi")), unit: "HHI of units sold" },
    { name: "useful technology", value: number(at("useful_technology")), unit: "quality in use" },
    { name: "welfare", value: number(at("welfare"), 1), unit: "money this quarter" },
    { name: "public money", value: number(placed, 1), unit: `placed so far; output began at ${number(recording.words.output, 0)} a quarter` },
  ];
}
