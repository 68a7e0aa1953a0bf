// A search that stands in the address of its page, in place: it is no step for the back button.

export function readSearch() {
  return new URLSearchParams(window.location.search).get("search") ?? "";
}

export function writeSearch(text) {
  const query = new URLSearchParams(window.location.search);
  if (text) query.set("search", text);
  else query.delete("search");
  const address = `${window.location.pathname}${query.size ? `?${query}` : ""}${window.location.hash}`;
  if (address !== window.location.pathname + window.location.search + window.location.hash) {
    window.history.replaceState(window.history.state, "", address);
  }
}

// Whether a text has all words of a search. `simple` makes both comparable.
export function matches(text, search) {
  const plain = simple(text);
  return simple(search).split(/\s+/).every((word) => plain.includes(word));
}

function simple(text) {
  return text.toLowerCase().replaceAll("_", " ").trim();
}

// All texts within a value, but for drawings and files: what a visitor can search for.
export function textOf(value) {
  if (typeof value !== "object" || value === null) return String(value ?? "");
  return Object.entries(value).filter(([name]) => name !== "svg" && name !== "file").map(([, one]) => textOf(one)).join(" ");
}

// Let a component's `search` follow the address, as what is named there follows into view. Returns how to end that.
export function follow(component) {
  const read = () => { component.search = readSearch(); };
  const heard = [["popstate", read], ["hashchange", showNamed]];
  for (const [name, act] of heard) window.addEventListener(name, act);
  read();
  component.$nextTick(showNamed);
  return () => { for (const [name, act] of heard) window.removeEventListener(name, act); };
}

// Bring what the address names into view, and open the folds around it.
export function showNamed() {
  const named = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  for (let fold = named; fold; fold = fold.parentElement) if (fold.tagName === "DETAILS") fold.open = true;
  named?.scrollIntoView();
}
