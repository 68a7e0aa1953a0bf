// Line charts over the quarters of a run, with a time cursor that all share.

import { number, sheet } from "/lab/look.js";

export const GROUPS = {
  layers: {
    title: "Adoption by layer of industries", unit: "% of the layer's size", span: [0, 100],
    lines: ["traditional", "emerging", "future"].map((layer) => [layer, `adoption_${layer}`, (share) => 100 * share]),
  },
  technology: {
    title: "Useful and lab technology", unit: "quality in use; capability in the lab",
    lines: [["useful", "useful_technology"], ["lab", "lab_technology"]],
  },
  firms: {
    title: "Living firms, and as many as equals", unit: "firms; 1 / HHI",
    lines: [["living", "firms"], ["equals", "hhi", (index) => 1 / index]],
  },
  output: {
    title: "Output and welfare", unit: "money per quarter, axis not from zero", open: true,
    lines: [["output", "output"], ["welfare", "welfare"]],
  },
};
const DASHES = [[], [6, 3], [1.5, 3]];
const [LEFT, TOP, RIGHT, BOTTOM] = [46, 24, 64, 22];

// The lines of a chart by its key: one of GROUPS, or any indicator.
export function contentOf(key, indicators) {
  if (GROUPS[key]) return GROUPS[key];
  const { name, unit } = indicators.find((one) => one.name === key);
  return { title: words(name), unit, lines: [["", name]], open: true };
}

export function words(name) {
  const spaced = name.replaceAll("_", " ");
  return spaced[0].toUpperCase() + spaced.slice(1);
}

export class Chart {
  constructor(content, recordings) {
    this.content = content;
    this.recordings = recordings; // the run, and where there is one, the run that turned
    this.drawings = recordings.map((recording) =>
      content.lines.map(([name, series, change]) => ({
        name, values: change ? recording.series(series).map(change) : recording.series(series),
      })),
    );
    this.horizon = recordings[0].horizon;
    [this.low, this.high] = content.span ?? span(this.drawings.flat().map((line) => line.values), content.open);
    this.sheets = null;
  }

  draw({ context, width, height }, colours, frame) {
    const key = `${width} ${height} ${colours.scheme}`;
    if (this.sheets?.key !== key) this.sheets = { key, ...this._sheets(width, height, colours) };
    const x = this._across(frame, width);
    context.clearRect(0, 0, width, height);
    context.drawImage(this.sheets.ground, 0, 0, width, height);
    context.globalAlpha = 0.28;
    context.drawImage(this.sheets.lines, 0, 0, width, height);
    context.globalAlpha = 1;
    context.save();
    context.beginPath();
    context.rect(0, 0, x, height);
    context.clip();
    context.drawImage(this.sheets.lines, 0, 0, width, height);
    context.restore();
    context.fillStyle = colours.ink;
    context.fillRect(x - 0.5, TOP, 1, height - TOP - BOTTOM);
    this._values(context, colours, frame, x, width, height);
  }

  // The chart in words, with the values of a frame.
  inWords(frame) {
    const values = this.drawings.flatMap((lines, run) =>
      lines.map(({ name, values: all }) => {
        const whose = this.drawings.length > 1 ? (run ? "after the turn " : "as it was ") : "";
        return `${whose}${name} ${frame ? number(all[frame - 1]) : "no value yet"}`.trim();
      }),
    );
    return `${this.content.title}, ${this.content.unit}, quarter ${frame}: ${values.join(", ")}`;
  }

  // The frame at a horizontal position of a chart as wide as this.
  frameAt(x, width) {
    return Math.min(this.horizon, Math.max(0, Math.round(((x - LEFT) / (width - LEFT - RIGHT)) * this.horizon)));
  }

  _across(frame, width) {
    return LEFT + ((width - LEFT - RIGHT) * frame) / this.horizon;
  }

  _height(value, height) {
    return height - BOTTOM - ((height - TOP - BOTTOM) * (value - this.low)) / (this.high - this.low || 1);
  }

  _sheets(width, height, colours) {
    return {
      ground: sheet(width, height, (context) => this._axes(context, width, height, colours)),
      lines: sheet(width, height, (context) => this._lines(context, width, height, colours)),
    };
  }

  _axes(context, width, height, colours) {
    const { calendar, shocks, turn } = this.recordings.at(-1).words;
    const floor = height - BOTTOM;
    context.fillStyle = colours.policy;
    for (const [start, end] of calendar) {
      context.fillRect(this._across(start, width), TOP, this._across(end, width) - this._across(start, width), floor - TOP);
    }
    context.font = "11px Roboto, sans-serif";
    context.textBaseline = "middle";
    context.lineWidth = 1;
    context.fillStyle = colours.faint;
    context.textAlign = "left";
    context.fillText(this.content.unit, 2, 8);
    context.textAlign = "right";
    for (const tick of ticks(this.low, this.high, 4)) {
      const y = this._height(tick, height);
      context.strokeStyle = colours.rule;
      line(context, LEFT, y, width - RIGHT, y);
      context.fillText(number(tick, 4), LEFT - 4, y);
    }
    context.textAlign = "center";
    for (const tick of ticks(0, this.horizon, 5)) context.fillText(tick, this._across(tick, width), height - 8);
    context.textAlign = "left";
    context.fillText("quarter", width - RIGHT + 6, height - 8);
    for (const quarter of Object.values(shocks)) this._mark(context, quarter, width, floor, colours.warn, [2, 2]);
    if (turn) this._mark(context, turn.quarter, width, floor, colours.ink, [4, 2]);
  }

  _mark(context, quarter, width, floor, colour, dash) {
    context.strokeStyle = colour;
    context.setLineDash(dash);
    line(context, this._across(quarter, width), TOP, this._across(quarter, width), floor);
    context.setLineDash([]);
  }

  _lines(context, width, height, colours) {
    this.drawings.forEach((lines, run) =>
      lines.forEach(({ values }, place) => {
        context.strokeStyle = colours.lines[place];
        context.lineWidth = run ? 2.6 : this.drawings.length > 1 ? 1.2 : 2;
        context.setLineDash(DASHES[place]);
        context.beginPath();
        let drawing = false;
        values.forEach((value, quarter) => {
          if (Number.isFinite(value)) {
            const point = [this._across(quarter + 1, width), this._height(value, height)];
            if (drawing) context.lineTo(...point);
            else context.moveTo(...point);
          }
          drawing = Number.isFinite(value);
        });
        context.stroke();
      }),
    );
    context.setLineDash([]);
  }

  // The values of a frame at the right, each beside its name, and a dot on each line.
  _values(context, colours, frame, x, width, height) {
    if (!frame) return;
    context.font = "11px Roboto, sans-serif";
    context.textAlign = "left";
    context.textBaseline = "middle";
    const rows = this.drawings.at(-1).map(({ name, values }, place) => ({ name, value: values[frame - 1], place }));
    const shown = rows.filter(({ value }) => Number.isFinite(value));
    for (const { value, place } of shown) {
      context.fillStyle = colours.lines[place];
      context.beginPath();
      context.arc(x, this._height(value, height), 3, 0, 7);
      context.fill();
    }
    const apart = 24;
    let free = TOP + 6;
    shown.sort((a, b) => b.value - a.value).forEach(({ name, value, place }, rank) => {
      const last = height - BOTTOM - apart / 2 - apart * (shown.length - 1 - rank); // room for those below
      const y = Math.max(free, Math.min(this._height(value, height), last));
      context.fillStyle = colours.lines[place];
      if (name) context.fillText(name, width - RIGHT + 6, y);
      context.fillText(number(value), width - RIGHT + 6, y + (name ? 11 : 0));
      free = y + apart;
    });
  }
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function span(columns, open) {
  let [low, high] = [Infinity, -Infinity];
  for (const values of columns) {
    for (const value of values) {
      if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    }
  }
  if (low > high) return [0, 1];
  if (!open || (low > 0 && low < 0.5 * high)) low = Math.min(0, low);
  if (high === low) high = low + 1;
  const step = stepOf(low, high, 4);
  return [step * Math.floor(low / step + 1e-9), step * Math.ceil(high / step - 1e-9)];
}

function stepOf(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].map((times) => times * power).find((step) => step >= rough - 1e-12);
}

function ticks(low, high, count) {
  const step = stepOf(low, high, count);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}
