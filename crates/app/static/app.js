// The little that a page needs to live: card presence, the session's clock, keys at the counter.
// Every page works without it.

const text = (node, words) => { if (node && node.textContent !== words) node.textContent = words; };
const typing = (node) => node && (node.isContentEditable || /^(TEXTAREA|SELECT)$/.test(node.tagName) ||
  (node.tagName === 'INPUT' && !/^(radio|checkbox|button|submit)$/.test(node.type)));

// A form is sent once, however often the button is pressed.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent && form.method === 'post') { event.preventDefault(); return; }
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, form.hasAttribute('data-download') ? 1500 : 15000);
});
window.addEventListener('pageshow', () => document.querySelectorAll('form').forEach((f) => delete f.dataset.sent));

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-print]');
  if (button) window.print();
});

// Keys: a single letter or digit presses what carries it, when nobody is typing.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === 'Escape' && typing(document.activeElement)) { document.activeElement.blur(); return; }
  if (typing(document.activeElement)) return;
  const key = event.key.toLowerCase();
  if (!/^[a-z0-9/]$/.test(key)) {
    if (key === 'arrowdown' || key === 'arrowup') step(event, key === 'arrowdown' ? 1 : -1);
    return;
  }
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.type === 'radio') {
    target.checked = true;
    target.dispatchEvent(new Event('change', { bubbles: true }));
    document.querySelector('[data-after-choice]')?.focus();
  } else if (target.tagName === 'INPUT' || target.tagName === 'TEXTAREA') target.focus();
  else target.click();
});

function step(event, by) {
  const stops = [...document.querySelectorAll('[data-stop]')];
  const at = stops.indexOf(document.activeElement);
  const next = stops[at + by] ?? (at < 0 ? stops[0] : null);
  if (next) { event.preventDefault(); next.focus(); }
}

// The basis asks for what the chosen purpose needs.
document.addEventListener('change', (event) => {
  const asks = event.target.dataset?.asks;
  if (asks) text(document.querySelector('[data-basis-hint]'), asks);
});

async function ask(url) {
  const answer = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function every(ms, what) {
  const run = async () => {
    if (!document.hidden) { try { await what(); } catch { /* the next round asks again */ } }
    setTimeout(run, ms);
  };
  setTimeout(run, ms);
}

// Signed in: is the card still there, how long is left?
const session = document.querySelector('[data-session]');
if (session) {
  every(1000, async () => {
    const now = await ask('/session/state');
    if (!now.live) { location.assign(`/sign-in?reason=${encodeURIComponent(now.reason)}`); return; }
    text(session.querySelector('[data-left]'), now.left);
  });
}

// Before signing in: has a card been put on the reader?
const slot = document.querySelector('[data-slot]');
if (slot) {
  every(1000, async () => {
    const now = await ask('/sign-in/card');
    if (String(now.present) === slot.dataset.slot && (now.card ?? '') === slot.dataset.card) return;
    if (document.querySelector('#password')?.value) {
      slot.dataset.slot = String(now.present);
      slot.dataset.card = now.card ?? '';
      slot.classList.toggle('on', now.present);
      text(slot.querySelector('p'), now.sentence);
    } else location.reload();
  });
}

// Who is inside now.
const inside = document.querySelector('[data-inside]');
if (inside) {
  every(5000, async () => {
    if (inside.contains(document.activeElement)) return;
    const answer = await fetch('/entry/inside', { cache: 'no-store' });
    if (answer.ok && !answer.redirected) inside.innerHTML = await answer.text();
  });
}

document.querySelector('.errors')?.focus();
