// Keeps a page current and filters while one types; every page works without it.
"use strict";
(() => {
  const main = () => document.querySelector("main");
  const REFRESH = 30000;
  const PAUSE = 300;

  const busy = () => {
    const at = document.activeElement;
    const typing = at && at.closest("form") && at.closest("main");
    return typing || document.hidden || main().querySelector("details[open], [data-keep]") !== null;
  };

  // Takes the main part of a page of ours; whatever else comes (a login page, an error) changes nothing.
  const show = async (url, keepFocus) => {
    const answer = await fetch(url, { headers: { accept: "text/html" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = fresh.querySelector(keepFocus ? "[data-results]" : "main");
    const old = document.querySelector(keepFocus ? "[data-results]" : "main");
    if (part && old) {
      old.replaceWith(document.adoptNode(part));
      document.title = fresh.title;
    }
  };

  setInterval(() => { if (!busy()) show(location.href, false).catch(() => {}); }, REFRESH);

  let waiting = 0;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-live]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const url = new URL(form.action);
      for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
      history.replaceState(null, "", url);
      show(url, true).catch(() => {});
    }, PAUSE);
  });
})();
