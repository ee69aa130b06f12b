// Shows the page anew when something changes: reads it again, and takes over the part with the id "live".
import "./copy.js";

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
  if (live().querySelector("details[open], #key")) return;  // somebody fills in its form, or reads a key
  live().replaceWith(document.adoptNode(fresh));
  if (!focused) return;
  const same = [...live().querySelectorAll("a, button")].find((one) => nameOf(one) === nameOf(focused));
  same?.focus({ preventScroll: true });
}

// What a link or a button does, by which it is found again: never that of another record.
function nameOf(one) {
  const hidden = one.form?.querySelector("input[type=hidden]");
  return JSON.stringify([one.getAttribute("href"), one.value, one.form?.getAttribute("action"), hidden?.value]);
}

let stream = null;

function told() {
  if (waiting === null) waiting = setTimeout(refresh, 200);
}

// A hidden page does not listen: a browser opens only a few connections to one host.
function listen() {
  if (stream !== null || document.hidden) return;
  stream = new EventSource("/events");
  stream.addEventListener("changed", told);
  stream.addEventListener("begun", () => {
    told();  // what happened before it began, also since this page was made
    lost.hidden = true;
  });
  stream.addEventListener("error", () => (lost.hidden = false));
}

function leave() {
  if (stream !== null) stream.close();
  stream = null;
}

if (live() && lost) {
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);
}
