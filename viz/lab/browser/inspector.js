// An agent in words, as of a frame: what it is, what it does, and what it did.

import { OLD } from "/lab/recording.js";
import { number, percent } from "/lab/look.js";
import { customersOf } from "/lab/network.js";

const SUPPORT = [[1, "chosen by government"], [2, "backed by its region"], [4, "public R&D money"], [8, "its price is subsidised"]];
const SLOTS = 4096; // places for firms that an economy has at most: what a firm's number in the panel counts with

// {title, lines, changes: [{frame, words, life}], path, pathWords} of an agent {kind, id}. Suppliers need the ties.
export function inText(recording, agent, frame, ties) {
  if (agent.kind === "supplier") return supplierInText(recording, agent.id, frame, ties);
  return agent.kind === "firm" ? firmInText(recording, agent.id, frame) : userInText(recording, agent.id, frame);
}

export function supplierLine(ties, id) {
  return `supplier ${id} of domain ${ties.domain[id]}: ${number(ties.ordered[id])} units ordered`;
}

function supplierInText(recording, id, frame, ties) {
  const title = `Supplier ${id}`;
  if (!ties) return { title, lines: ["Its state is on its way. While the economy plays, it waits for a pause."], changes: [], path: "" };
  const { suppliers, orders, capability } = ties;
  const at = (values, k) => values[k * suppliers + id];
  const buyers = customersOf(ties, id, recording.firmsAt(frame));
  const home = ties.foreign[id] ? "foreign" : `region ${ties.region[id]}`;
  const lines = [
    `Solves problems of domain ${ties.domain[id]}, ${home}.`,
    `${number(at(orders, frame))} units ordered in the quarter. Its capacity at normal cost is ${number(ties.capacity[id])}.`,
    `Capability ${number(at(capability, frame), 3)}, at the start ${number(at(capability, 0), 3)}.`,
    buyers.length ? `${buyers.length} firms choose it in this domain, the largest first:` : "No firm chooses it in this domain.",
  ];
  const largest = [...buyers].sort((a, b) => b.units - a.units).slice(0, 8);
  const changes = largest.map(({ life }) => ({ frame: null, words: `firm ${life}`, life }));
  const past = Array.from({ length: frame + 1 }, (_, k) => at(orders, k));
  const path = pathOf({ first: 0, units: past }, recording.horizon);
  return { title, lines, changes, path, pathWords: "Units ordered so far" };
}

export function firmLine(firm) {
  const support = supportInText(firm.support);
  return `firm ${firm.life}: ${percent(firm.share)} of units sold, generation ${firm.generation}${support ? `, ${support}` : ""}`;
}

export function providerInText(recording, code, frame) {
  if (code === OLD) return "the old technology";
  if (code === 0) return "no provider: the last one has closed";
  return `firm ${recording.lifeIn(code - 2, frame)}`;
}

function supportInText(bits) {
  return SUPPORT.filter(([bit]) => bits & bit).map(([, words]) => words).join(", ");
}

function firmInText(recording, life, frame) {
  const { arrays } = recording;
  const [first, last, slot] = [arrays.life_first[life], arrays.life_last[life], arrays.life_slot[life]];
  const origin = first === 0 ? "founded at the start" : `entered in quarter ${first}`;
  const home = arrays.life_foreign[life] ? "foreign" : `region ${arrays.life_region[life] - 1}`;
  const lines = [`${origin}, ${home}. Number ${first * SLOTS + slot} in the panel that nqpf run writes.`];
  const firm = recording.firmsAt(frame).find((one) => one.life === life);
  if (firm) {
    const customers = recording.providersAt(frame).reduce((sum, code) => sum + (code === slot + 2), 0);
    lines.push(`Sells ${number(firm.units)} units, ${percent(firm.share)} of all, to ${number(customers)} users.`);
    lines.push(`Its product is of generation ${firm.generation}. Support: ${supportInText(firm.support) || "none"}.`);
  } else {
    lines.push(frame < first ? "It has not entered yet." : `It closed in quarter ${last}.`);
  }
  const history = recording.historyOf(life);
  return { title: `Firm ${life}`, lines, changes: generationsOf(history), path: pathOf(history, recording.horizon), pathWords: "Units sold over the run" };
}

function generationsOf({ first, generation }) {
  const changes = [];
  generation.forEach((now, k) => {
    if (k && now !== generation[k - 1]) changes.push({ frame: first + k, words: `generation ${now}`, life: -1 });
  });
  return changes;
}

// Units sold over a firm's life as a line in a box of 100 by 30.
function pathOf({ first, units }, horizon) {
  const most = Math.max(...units, 1e-9);
  return Array.from(units, (value, k) => `${(100 * (first + k)) / horizon},${(29 - (28 * value) / most).toFixed(1)}`).join(" ");
}

function userInText(recording, user, frame) {
  const { arrays, words } = recording;
  const industry = recording.industry[user];
  const name = words.industries[industry] ?? `industry ${industry}`;
  const lead = arrays.lead[user] ? ", a lead user" : "";
  const now = providerInText(recording, recording.providersAt(frame)[user], frame);
  const lines = [
    `${name}, ${words.layers[arrays.industry_layer[industry]]}, region ${arrays.region[user]}${lead}.`,
    `Economic size ${number(arrays.size[user])}. Uses ${now}.`,
  ];
  const changes = recording.changesOf(user).map(([at, code]) => ({
    frame: at, words: providerInText(recording, code, at), life: code > OLD ? recording.lifeIn(code - 2, at) : -1,
  }));
  return { title: `User ${user}`, lines, changes, path: "" };
}
