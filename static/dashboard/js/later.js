// Fetches a module when the first element that it serves is on the page, now or later.
export function watch(modules) {
  const waiting = new Map(Object.entries(modules));
  let isAsked = false;
  const look = () => {
    isAsked = false;
    for (const [selector, fetched] of waiting) {
      if (!document.querySelector(selector)) continue;
      waiting.delete(selector);
      fetched();
    }
    if (!waiting.size) observer.disconnect();
  };
  const observer = new MutationObserver(() => {
    if (!isAsked) requestAnimationFrame(look);
    isAsked = true;
  });
  observer.observe(document.body, { childList: true, subtree: true });
  look();
}
