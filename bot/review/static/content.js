// Checks a form while it is filled in: what there is to say of it, and what visitors would read, come from the server,
// which makes the page that the button "check" leads to. Without this script that button does the same.
const PATIENCE = 700; // milliseconds without typing

const form = document.querySelector("form[data-live]");
const place = document.getElementById(form.dataset.live);
let waiting = 0;
let asked = 0;

function check() {
  const number = ++asked;
  const fields = new URLSearchParams(new FormData(form));
  fields.set("act", "check");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "text/html");
  request.responseType = "document"; // read as a page, in which no script runs
  request.timeout = 15000;
  request.addEventListener("loadend", () => {
    if (number !== asked) return; // another one was asked meanwhile
    place.removeAttribute("aria-busy");
    const found = request.status === 200 && request.response?.getElementById(form.dataset.live);
    if (found) place.replaceChildren(...found.childNodes);
  });
  place.setAttribute("aria-busy", "true");
  request.send(fields);
}

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(check, PATIENCE);
});
