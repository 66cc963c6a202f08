// Which conversation this page shows: the one in the address, else the last one of this browser.

const KEY = "laneway.session";

export function rememberedSession() {
  return new URLSearchParams(location.search).get("session") || stored();
}

export function remember(session, replace) {
  const url = `${location.pathname}?session=${encodeURIComponent(session)}`;
  if (new URLSearchParams(location.search).get("session") !== session) history[replace ? "replaceState" : "pushState"](null, "", url);
  try {
    localStorage.setItem(KEY, session);
  } catch {
    // A browser that keeps nothing still has the address.
  }
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
