// The network: users in a ring by industry, innovators inside, a line from each adopter to its provider.

import { firmColour, sheet } from "/lab/look.js";

const RING = [0.33, 0.455]; // radii between which users stand, as shares of the side
const SUPPLIERS = 0.3;
const INSIDE = 0.262; // radius within which innovators stand
const GAP = 0.014; // of a turn, shared out between industries
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const LARGEST = 8; // firms with a number
export const CHOSEN = 1 | 2, RESEARCH = 4, PRICE = 8; // bits of support

export class Network {
  constructor(recording) {
    this.recording = recording;
    this.places = placeUsers(recording);
    this.slots = Math.max(16, ...recording.arrays.life_slot.map((slot) => slot + 1));
    const size = recording.arrays.size;
    const mean = size.reduce((sum, one) => sum + one, 0) / size.length;
    this.weight = Float32Array.from(size, (one) => Math.min(2.4, Math.max(0.5, Math.sqrt(one / mean))));
    this.dense = Math.sqrt(Math.min(1, 700 / recording.users));
    this.ground = null;
  }

  // Draw a frame. `marks`: {agent, followed, ties}; agent is {kind, id} or null.
  draw({ context, width, height }, colours, frame, marks) {
    const side = Math.min(width, height);
    const providers = this.recording.providersAt(frame);
    const firms = this.recording.firmsAt(frame);
    this._stand(side, firms);
    context.clearRect(0, 0, width, height);
    context.drawImage(this._ground(side, colours), 0, 0, side, side);
    const bySlot = new Map(firms.map((firm) => [firm.slot + 2, firm]));
    this.squares = marks.ties ? this._placeSuppliers(marks.ties) : [];
    const groups = this._groups(providers);
    this._lines(context, colours, groups, bySlot, marks);
    this._newTies(context, colours, frame, providers, bySlot);
    this._users(context, colours, groups, bySlot, marks);
    if (marks.ties) this._ties(context, colours, marks, firms);
    this._firms(context, colours, firms, marks);
    this._ended(context, colours, frame);
    this._agent(context, colours, marks);
    return firms;
  }

  // The agent at a point, {kind, id}, or null: firms before suppliers before users.
  at(x, y) {
    let nearest = null;
    let least = Infinity;
    for (const { firm, x: fx, y: fy, r } of this.discs ?? []) {
      const distance = Math.hypot(x - fx, y - fy) - r;
      if (distance < 3 && distance < least) [nearest, least] = [{ kind: "firm", id: firm.life }, distance];
    }
    if (nearest) return nearest;
    for (const [id, { x: sx, y: sy, r }] of (this.squares ?? []).entries()) {
      const distance = Math.max(Math.abs(x - sx), Math.abs(y - sy)) - r;
      if (distance < 3 && distance < least) [nearest, least] = [{ kind: "supplier", id }, distance];
    }
    if (nearest) return nearest;
    least = 9;
    for (let user = 0; user < this.recording.users; user++) {
      const distance = Math.hypot(x - this.places[2 * user] * this.side, y - this.places[2 * user + 1] * this.side);
      if (distance < least) [nearest, least] = [{ kind: "user", id: user }, distance];
    }
    return nearest;
  }

  placeOfFirm(slot) {
    const radius = INSIDE * Math.sqrt((slot + 0.5) / this.slots);
    return onCircle(slot * GOLDEN, radius).map((share) => share * this.side);
  }

  _stand(side, firms) {
    this.side = side;
    this.discs = firms.map((firm) => {
      const [x, y] = this.placeOfFirm(firm.slot);
      return { firm, x, y, r: side * (0.006 + 0.045 * Math.sqrt(firm.share)) };
    });
  }

  _ground(side, colours) {
    const key = `${side} ${colours.scheme}`;
    if (this.ground?.key !== key) {
      this.ground = { key, canvas: sheet(side, side, (context) => drawLayers(context, side, colours, this)) };
    }
    return this.ground.canvas;
  }

  _groups(providers) {
    const groups = new Map();
    for (let user = 0; user < providers.length; user++) {
      const found = groups.get(providers[user]);
      if (found) found.push(user);
      else groups.set(providers[user], [user]);
    }
    return groups;
  }

  _lines(context, colours, groups, bySlot, marks) {
    context.lineWidth = 0.7;
    for (const [code, users] of groups) {
      const firm = bySlot.get(code);
      if (!firm) continue;
      const [fx, fy] = this.placeOfFirm(firm.slot);
      context.globalAlpha = marks.followed < 0 ? 0.22 : firm.life === marks.followed ? 0.55 : 0.05;
      context.strokeStyle = firmColour(colours, firm.life);
      context.beginPath();
      for (const user of users) {
        context.moveTo(this.places[2 * user] * this.side, this.places[2 * user + 1] * this.side);
        context.lineTo(fx, fy);
      }
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  // A strong line for each user that has just gone over to a firm.
  _newTies(context, colours, frame, providers, bySlot) {
    const { switchesBefore, arrays } = this.recording;
    context.lineWidth = 1.4;
    context.globalAlpha = 0.8;
    for (let i = switchesBefore[Math.max(0, frame - 1)]; i < switchesBefore[frame]; i++) {
      const user = arrays.switch_user[i];
      const firm = bySlot.get(providers[user]);
      if (!firm) continue;
      context.strokeStyle = firmColour(colours, firm.life);
      context.beginPath();
      context.moveTo(this.places[2 * user] * this.side, this.places[2 * user + 1] * this.side);
      context.lineTo(...this.placeOfFirm(firm.slot));
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  _users(context, colours, groups, bySlot, marks) {
    const unit = 0.0052 * this.side * this.dense;
    for (const [code, users] of groups) {
      const firm = bySlot.get(code);
      context.globalAlpha = marks.followed < 0 || firm?.life === marks.followed ? 1 : 0.35;
      context.fillStyle = firm ? firmColour(colours, firm.life) : code === 0 ? colours.warn : colours.old;
      context.beginPath();
      for (const user of users) this._dot(context, user, unit);
      context.fill();
      if (firm && firm.life === marks.followed) {
        context.strokeStyle = colours.ink;
        context.lineWidth = 1.2 * this.dense;
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  _dot(context, user, unit) {
    const [x, y, r] = [this.places[2 * user] * this.side, this.places[2 * user + 1] * this.side, unit * this.weight[user]];
    if (r < 1.6) {
      context.rect(x - r, y - r, 2 * r, 2 * r);
    } else {
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 7);
    }
  }

  _firms(context, colours, firms, marks) {
    const largest = new Set([...firms].filter((firm) => firm.units > 0).sort((a, b) => b.units - a.units).slice(0, LARGEST));
    const newest = Math.max(...firms.map(({ generation }) => generation));
    for (const { firm, x, y, r } of this.discs) {
      halo(context, colours, firm, x, y, r);
      context.globalAlpha = marks.followed < 0 || firm.life === marks.followed ? 1 : 0.4;
      disc(context, x, y, r);
      context.fillStyle = firmColour(colours, firm.life);
      context.fill();
      if (firm.generation < newest) hollow(context, colours, x, y, r);
      if (firm.isNew) ring(context, colours.ink, x, y, r + 4, 1, [2, 2]);
      if (largest.has(firm)) label(context, colours, firm.life, x, y, r);
    }
    context.globalAlpha = 1;
  }

  _ended(context, colours, frame) {
    context.strokeStyle = colours.warn;
    context.lineWidth = 2;
    for (const life of this.recording.endedAt(frame)) {
      const [x, y] = this.placeOfFirm(this.recording.arrays.life_slot[life]);
      context.beginPath();
      context.moveTo(x - 5, y - 5);
      context.lineTo(x + 5, y + 5);
      context.moveTo(x + 5, y - 5);
      context.lineTo(x - 5, y + 5);
      context.stroke();
    }
  }

  _ties(context, colours, marks, firms) {
    const { ties, agent } = marks;
    context.fillStyle = colours.faint;
    for (const { x, y, r } of this.squares) context.fillRect(x - r, y - r, 2 * r, 2 * r);
    if (!agent) return;
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.beginPath();
    for (const [from, to] of this._tiesOf(agent, ties, firms)) {
      context.moveTo(...from);
      context.lineTo(...to);
    }
    context.stroke();
  }

  _placeSuppliers({ suppliers, ordered, most }) {
    return Array.from({ length: suppliers }, (_, k) => {
      const [x, y] = onCircle(k / suppliers, SUPPLIERS).map((share) => share * this.side);
      return { x, y, r: 2 + 4 * Math.sqrt(ordered[k] / (most || 1)) };
    });
  }

  _tiesOf({ kind, id }, ties, firms) {
    const supplier = (k) => [this.squares[k].x, this.squares[k].y];
    if (kind === "supplier") {
      if (!this.squares[id]) return [];
      return customersOf(ties, id, firms).map((firm) => [supplier(id), this.placeOfFirm(firm.slot)]);
    }
    if (kind === "user") {
      const from = [this.places[2 * id] * this.side, this.places[2 * id + 1] * this.side];
      const known = Array.from(ties.contacts.subarray(id * ties.perUser, (id + 1) * ties.perUser)).filter((slot) => slot > 0);
      return known.map((slot) => [from, this.placeOfFirm(slot - 1)]);
    }
    const firm = firms.find((one) => one.life === id);
    if (!firm) return [];
    const from = this.placeOfFirm(firm.slot);
    const chain = Array.from(ties.supplier.subarray(firm.slot * ties.domains, (firm.slot + 1) * ties.domains));
    return chain.map((k) => [from, supplier(k)]);
  }

  _agent(context, colours, { agent }) {
    if (!agent) return;
    if (agent.kind === "user") {
      const [x, y] = [this.places[2 * agent.id] * this.side, this.places[2 * agent.id + 1] * this.side];
      ring(context, colours.ink, x, y, 8, 2, []);
    } else if (agent.kind === "supplier") {
      const found = this.squares[agent.id];
      if (found) ring(context, colours.ink, found.x, found.y, found.r + 6, 2, []);
    } else {
      const found = this.discs.find(({ firm }) => firm.life === agent.id);
      if (found) ring(context, colours.ink, found.x, found.y, found.r + 4, 2.5, []);
    }
  }
}

// The living firms that buy from a supplier: in its domain, it is theirs.
export function customersOf(ties, id, firms) {
  return firms.filter((firm) => ties.supplier[firm.slot * ties.domains + ties.domain[id]] === id);
}

// Support: a solid ring for the chosen or backed, a wide pale one for a subsidised price, a dotted one for R&D money.
function halo(context, colours, firm, x, y, r) {
  if (firm.support & PRICE) ring(context, firmColour(colours, 0), x, y, r + 3, 3, [], 0.4);
  if (firm.support & RESEARCH) ring(context, colours.ink, x, y, r + 3, 1.5, [1.5, 3]);
  if (firm.support & CHOSEN) ring(context, colours.ink, x, y, r + 6, 2, []);
}

function label(context, colours, life, x, y, r) {
  context.font = "600 11px Roboto, sans-serif";
  context.textAlign = r > 9 ? "center" : "left";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = colours.paper;
  context.fillStyle = colours.ink;
  const across = r > 9 ? x : x + r + 2;
  context.strokeText(life, across, y);
  context.fillText(life, across, y);
}

// A pale centre: the product is of an older generation than the newest.
function hollow(context, colours, x, y, r) {
  disc(context, x, y, 0.45 * r);
  context.fillStyle = colours.paper;
  context.fill();
}

function disc(context, x, y, r) {
  context.beginPath();
  context.arc(x, y, r, 0, 7);
}

function ring(context, colour, x, y, r, width, dash, alpha = 1) {
  const before = context.globalAlpha;
  context.globalAlpha = alpha;
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = colour;
  disc(context, x, y, r);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = before;
}

function onCircle(turn, radius) {
  const angle = 2 * Math.PI * turn;
  return [0.5 + radius * Math.sin(angle), 0.5 - radius * Math.cos(angle)];
}

// First and last angle of each industry, in proportion to its users.
function borders(first) {
  const industries = first.length - 1;
  const gap = industries > 1 ? Math.min(GAP, 0.3 / industries) : 0;
  const room = 1 - gap * industries;
  const users = first[industries];
  return Array.from({ length: industries }, (_, j) => {
    const begin = (room * first[j]) / users + gap * (j + 0.5);
    return [begin, begin + (room * (first[j + 1] - first[j])) / users];
  });
}

function placeUsers({ arrays, users, industry }) {
  const edges = borders(arrays.industry_first);
  const places = new Float32Array(2 * users);
  for (let user = 0; user < users; user++) {
    const j = industry[user];
    const rank = user - arrays.industry_first[j];
    const count = arrays.industry_first[j + 1] - arrays.industry_first[j];
    const along = (0.5 + rank * GOLDEN) % 1;
    const radius = Math.sqrt(RING[0] ** 2 + ((RING[1] ** 2 - RING[0] ** 2) * (rank + 0.5)) / count);
    const [from, to] = edges[j];
    places.set(onCircle(from + (to - from) * along, radius), 2 * user);
  }
  return places;
}

function drawLayers(context, side, colours, { recording }) {
  const { industry_first: first, industry_layer: layers } = recording.arrays;
  const edges = borders(first);
  context.strokeStyle = colours.faint;
  context.fillStyle = colours.faint;
  context.font = `${Math.max(11, side * 0.022)}px Roboto, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  recording.words.layers.forEach((name, layer) => {
    const members = edges.filter((_, j) => layers[j] === layer);
    if (!members.length) return;
    const [begin, end] = [members[0][0], members.at(-1)[1]];
    context.beginPath();
    context.arc(side / 2, side / 2, 0.465 * side, 2 * Math.PI * begin - Math.PI / 2, 2 * Math.PI * end - Math.PI / 2);
    context.stroke();
    along(context, side, name, (begin + end) / 2);
  });
}

function along(context, side, name, turn) {
  const [x, y] = onCircle(turn, 0.482);
  const upright = turn > 0.25 && turn < 0.75 ? turn - 0.5 : turn;
  context.save();
  context.translate(x * side, y * side);
  context.rotate(2 * Math.PI * upright);
  context.fillText(name, 0, 0);
  context.restore();
}
