// The calendar of a run in words and as marks on its bar: policy money, shocks, and a change of policy.

// The policies of a run, one after the other.
export function policiesOf({ policy, turn }) {
  return turn ? `${policy} until quarter ${turn.quarter}, then ${turn.policy}` : policy;
}

export function regimeAt({ policy, calendar, turn }, frame) {
  const name = turn && frame >= turn.quarter ? turn.policy : policy;
  const [start, end] = calendar.find(([, last]) => frame < last) ?? calendar.at(-1) ?? [];
  if (start === undefined) return `${name}, no policy money`;
  if (frame < start) return `${name}, starts after quarter ${start}`;
  return frame < end ? `${name}, until quarter ${end}` : `${name}, ended in quarter ${end}`;
}

// [{key, kind, words, style}], from left to right within each kind.
export function marksOf({ policy, calendar, shocks, turn }, horizon) {
  const left = (quarter) => `${(100 * quarter) / horizon}%`;
  const found = calendar.map(([start, end]) => ({
    key: `policy ${start}`, kind: "policy", words: `${turn && start >= turn.quarter ? turn.policy : policy}, quarters ${start} to ${end}`,
    style: { left: left(start), width: left(end - start) },
  }));
  for (const [name, quarter] of Object.entries(shocks)) {
    const words = `${name.replaceAll("_", " ")} in quarter ${quarter}`;
    found.push({ key: name, kind: "shock", words, style: { left: left(quarter) } });
  }
  if (turn) {
    found.push({ key: "turn", kind: "turn", words: `new policy in quarter ${turn.quarter}`, style: { left: left(turn.quarter) } });
  }
  return found;
}
