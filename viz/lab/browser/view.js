// What a visitor looks at, as the browser's part of the address: the quarter, the charts and an agent.

export const CHARTS = ["layers", "technology", "firms", "output"];
const NAMES = ["quarter", "charts", "agent", "mark"];

// Read the view from the address; what makes no sense there is left at its default.
export function readView(horizon, known) {
  const query = new URLSearchParams(window.location.search);
  const charts = (query.get("charts") ?? "").split(",");
  const [, kind, id] = /^(firm|user|supplier)-(\d{1,6})$/.exec(query.get("agent") ?? "") ?? [];
  return {
    frame: Math.min(horizon, Number(/^\d{1,4}$/.exec(query.get("quarter") ?? "")?.[0] ?? 0)),
    charts: CHARTS.map((usual, place) => (known(charts[place]) ? charts[place] : usual)),
    agent: kind ? { kind, id: Number(id) } : null,
    follows: query.get("mark") === "1",
  };
}

// Write the view into the address, in place: it is no step for the back button.
export function writeView({ frame, charts, agent, follows }) {
  const query = new URLSearchParams(window.location.search);
  NAMES.forEach((name) => query.delete(name));
  if (frame) query.set("quarter", frame);
  if (charts.some((key, place) => key !== CHARTS[place])) query.set("charts", charts.join(","));
  if (agent) query.set("agent", `${agent.kind}-${agent.id}`);
  if (agent && follows) query.set("mark", "1");
  const address = `${window.location.pathname}${query.size ? `?${query}` : ""}`;
  if (address !== window.location.pathname + window.location.search) {
    window.history.replaceState(window.history.state, "", address);
  }
}
