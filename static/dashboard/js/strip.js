// <bg-strip>: its cells are links; this adds the tip under the pointer and moving by arrow keys.
let tip = null;

customElements.define("bg-strip", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerover", this);
    this.addEventListener("pointerout", this);
    this.addEventListener("focusin", this);
    this.addEventListener("focusout", this);
    this.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    hide();
  }

  handleEvent(event) {
    const cell = event.target.closest?.(".cell");
    if (event.type === "keydown") this.move(event, cell);
    else if (event.type === "pointerout" || event.type === "focusout" || !cell?.dataset.tip) hide();
    else show(cell);
  }

  move(event, cell) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || !cell) return;
    const cells = [...this.querySelectorAll("a.cell")];
    const next = cells[cells.indexOf(cell) + step];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  }
});

function show(cell) {
  tip ??= document.createElement("div");
  tip.className = "strip-tip";
  tip.setAttribute("aria-hidden", "true"); // the link's own label says the same
  tip.replaceChildren(...cell.dataset.tip.split("\n").map((line, index) => {
    const part = document.createElement(index ? "span" : "b");
    part.textContent = line;
    return part;
  }));
  document.body.append(tip);
  const box = cell.getBoundingClientRect();
  const left = Math.min(Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2), innerWidth - tip.offsetWidth - 8);
  const above = box.top - tip.offsetHeight - 8;
  tip.style.left = `${left}px`; // set through the object model, which the policy allows
  tip.style.top = `${above > 56 ? above : box.bottom + 8}px`;
}

function hide() {
  tip?.remove();
}
