// The browser's half of signing in, staying signed in, and speaking the reader's language.
// Plain script, loaded before Streamlit's front end; no words of its own (they come from the server).
"use strict";

(() => {
  // Pages have one-segment addresses, so the server is always at the root: no guessing by trial requests.
  const root = location.origin + "/";
  window.__streamlit = { BACKEND_BASE_URL: root, MAIN_PAGE_BASE_URL: root };

  // On a phone an open menu covers the page; Streamlit would remember it open for every later visit.
  if (innerWidth <= 768) {
    for (const key of Object.keys(localStorage)) if (key.startsWith("stSidebarCollapsed")) localStorage.removeItem(key);
  }

  const tabs = new BroadcastChannel("portal");
  const done = new WeakSet();
  let leaving = false;
  let names = []; // of the two menu buttons, which Streamlit leaves without a word
  let words = {}; // what Streamlit says in English only, and how it is said here
  const HELP = "Help for ";

  const post = (path, body) => fetch(path, {
    method: "POST", credentials: "same-origin", cache: "no-store",
    headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}),
  });

  // Only paths of this portal: what comes from a page must not lead anywhere else.
  const open = (path) => {
    leaving = true;
    const target = new URL(path, root);
    location.replace(target.origin === location.origin ? target.href : root);
  };

  const signals = {
    async ticket({ ticket, then }) {
      const answer = await post("/auth/session", { ticket });
      if (answer.ok) tabs.postMessage("signed-in");
      open(answer.ok ? then : "/?ended=failed");
    },
    async "sign-out"({ then }) {
      await post("/auth/sign-out").catch(() => undefined);
      tabs.postMessage("signed-out");
      open(then);
    },
    go({ then }) {
      tabs.postMessage("look");
      open(then);
    },
    here({ times }, element) {
      const place = element.closest('[data-testid="stElementContainer"]');
      if (times === "0" || !place) return;
      place.classList.add("portal-here");
      place.tabIndex = -1; // whoever reads by ear or by keyboard goes on here too
      place.focus({ preventScroll: true });
      // Again while the part is being filled: a page that is still short cannot scroll far enough.
      const again = [0, 120, 300, 600].map((wait) => setTimeout(() => place.scrollIntoView({ block: "start" }), wait));
      for (const taken of ["wheel", "touchmove", "keydown"]) {
        addEventListener(taken, () => again.forEach(clearTimeout), { once: true, passive: true });
      }
    },
    language({ locale }) {
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = `portal_language=${locale}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
      signals.speaking({ locale });
    },
    speaking({ locale, menu, close, away, words: said }) {
      document.documentElement.lang = locale === "zh_CN" ? "zh-CN" : locale;
      if (!menu) return;
      document.documentElement.style.setProperty("--portal-menu", JSON.stringify(menu));
      document.documentElement.style.setProperty("--portal-away", JSON.stringify(away));
      names = [["stExpandSidebarButton", menu], ["stSidebarCollapseButton", close]];
      words = JSON.parse(said);
    },
  };

  const inOurWords = (text) => words[text]
    ?? (text.startsWith(HELP) && words[HELP] ? words[HELP].replace("{}", text.slice(HELP.length)) : undefined);

  // A label keeps what Streamlit called it, so that it follows a change of language too.
  const reword = () => {
    for (const name of ["aria-label", "placeholder"]) {
      const mark = `data-portal-${name}`;
      const places = [...Object.keys(words).map((text) => `[${name}="${text}"]`), `[${name}^="${HELP}"]`, `[${mark}]`];
      for (const place of document.querySelectorAll(places.join(","))) {
        const now = place.getAttribute(name) ?? "";
        const theirs = inOurWords(now) ? now : place.getAttribute(mark) ?? "";
        const ours = inOurWords(theirs);
        if (!ours || ours === now) continue;
        place.setAttribute(mark, theirs);
        place.setAttribute(name, ours);
      }
    }
    const skip = document.querySelector('[data-testid="stSkipToContent"]');
    const text = words["Skip to main content"];
    if (skip && text && skip.textContent !== text) skip.textContent = text;
  };

  const obey = () => {
    for (const element of document.querySelectorAll("span[data-portal]")) {
      if (done.has(element) || leaving) continue;
      done.add(element);
      signals[element.dataset.portal]?.({ ...element.dataset }, element);
    }
    for (const [id, name] of names) {
      const place = document.querySelector(`[data-testid="${id}"]`);
      const button = place?.matches("button") ? place : place?.querySelector("button");
      if (button && button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
    }
    reword();
  };

  // On a phone a choice from the menu closes it, so that the page shows.
  document.addEventListener("click", (event) => {
    if (innerWidth > 768 || !event.target.closest?.('[data-testid="stSidebarNavLink"]')) return;
    setTimeout(() => document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click(), 100);
  });

  // --- how long the session lasts -------------------------------------------------------------
  let signedIn = null; // not known yet
  let next = 0;

  const look = async (path = "/auth/state", method = "GET") => {
    clearTimeout(next);
    let state;
    try {
      const answer = method === "POST" ? await post(path) : await fetch(path, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      state = await answer.json();
    } catch {
      next = setTimeout(look, 15_000); // the server is away: ask again, change nothing
      return;
    }
    if (leaving) return;
    if (signedIn && !state.signed_in) {
      open("/?ended=ended");
      return;
    }
    if (signedIn === false && state.signed_in) {
      open("/"); // signed in from another tab of this browser
      return;
    }
    signedIn = state.signed_in;
    warn(state);
    if (!signedIn) return;
    const untilWarning = state.seconds - state.warn_at;
    const wait = untilWarning > 0 ? Math.min(untilWarning + 1, 30) : Math.min(state.seconds + 1, 15);
    next = setTimeout(look, Math.max(wait, 1) * 1000);
  };

  // --- the question before the end ------------------------------------------------------------
  let dialog = null;
  let ticking = 0;

  const element = (tag, text, attributes = {}) => {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  const warn = (state) => {
    clearInterval(ticking);
    if (!state.signed_in || !state.words) {
      dialog?.remove();
      dialog = null;
      return;
    }
    const ends = Date.now() + state.seconds * 1000;
    if (!dialog) {
      dialog = element("dialog", "", { class: "portal-idle", "aria-labelledby": "portal-idle-title" });
      const stay = element("button", state.words.stay, { class: "portal-idle-stay", type: "button" });
      const leave = element("button", state.words.leave, { type: "button" });
      stay.addEventListener("click", () => look("/auth/keep-alive", "POST"));
      leave.addEventListener("click", () => signals["sign-out"]({ then: "/?ended=out" }));
      const clock = element("p", "", { class: "portal-idle-clock", "aria-hidden": "true" });
      dialog.append(element("h2", state.words.title, { id: "portal-idle-title" }),
        element("p", state.for_good ? state.words.last : state.words.text), clock, ...(state.for_good ? [leave] : [stay, leave]));
      dialog.addEventListener("cancel", (event) => event.preventDefault());
      document.body.append(dialog);
      dialog.showModal();
    }
    const tick = () => {
      const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
      const clock = dialog?.querySelector(".portal-idle-clock");
      if (clock) clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    };
    tick();
    ticking = setInterval(tick, 1000);
  };

  tabs.addEventListener("message", () => look());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") look();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // a page kept by the back button may be somebody else's by now
  });
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(obey).observe(document.body, {
      childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label", "placeholder"],
    });
    obey();
    look();
  });
})();
