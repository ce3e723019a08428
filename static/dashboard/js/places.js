// The list beside one's own settings is a row on a phone, wider than the screen: where one is stands in view.
const list = document.querySelector(".own-list ul");
const here = list.querySelector("[aria-current]");
const show = () => (list.scrollLeft = here.offsetLeft - list.offsetLeft - (list.clientWidth - here.offsetWidth) / 2);
if (here) new ResizeObserver(show).observe(list);
