// Shows the page anew when something changes: reads it again, and takes over the part with the id "live".
"use strict";

const live = () => document.getElementById("live");
const lost = document.getElementById("lost");
let waiting = null;

async function refresh() {
  waiting = null;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  const focused = live() && live().contains(document.activeElement) ? document.activeElement : null;
  if (!fresh || !live() || (focused && focused.matches("input, select, textarea"))) return;
  if (live().querySelector("details[open]")) return;  // somebody fills in its form
  live().replaceWith(document.adoptNode(fresh));
  const link = focused && focused.getAttribute("href");
  if (link) live().querySelector(`a[href="${CSS.escape(link)}"]`)?.focus();
}

let stream = null;
let missed = false;

function told() {
  if (waiting === null) waiting = setTimeout(refresh, 200);
}

// A hidden page does not listen: a browser opens only a few connections to one host.
function listen() {
  if (stream !== null || document.hidden) return;
  stream = new EventSource("/events");
  stream.addEventListener("changed", told);
  stream.addEventListener("begun", () => {
    if (missed) told();
    missed = false;
    lost.hidden = true;
  });
  stream.addEventListener("error", () => {
    missed = true;
    lost.hidden = false;
  });
}

function leave() {
  if (stream !== null) stream.close();
  stream = null;
  missed = true;
}

if (live() && lost) {
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);
}
