// The page on the stage asks for files: the person picks some of their own machine, which are uploaded and given to it.
export class Files {
  constructor(stage, part) {
    this.stage = stage;
    this.part = part;
    this.input = part.querySelector("input");
    this.bar = part.querySelector("progress");
    this.why = part.querySelector("[data-why]");
    this.button = part.querySelector("[data-do=pick]");
    this.input.addEventListener("change", () => this.input.files.length && this.give([...this.input.files]));
  }

  ask(isMultiple) {
    this.stop();
    const words = this.part.querySelector("[data-words]");
    words.textContent = isMultiple ? words.dataset.many : words.dataset.one;
    this.input.multiple = isMultiple;
    this.part.hidden = false;
    this.button.focus({ preventScroll: true });
  }

  // It was answered, by whomever, or the page is another one.
  rest() {
    this.stop();
    if (this.part.contains(document.activeElement)) this.stage.hands?.keys.focus({ preventScroll: true });
    this.part.hidden = true;
  }

  stop() {
    this.request?.abort();
    this.request = null;
    this.why.textContent = "";
    this.ready();
  }

  ready() {
    this.input.value = "";
    this.bar.hidden = true;
    this.button.disabled = false;
  }

  none() {
    this.stage.send({ type: "files", names: [] });
    this.rest();
  }

  async give(files) {
    this.why.textContent = "";
    this.bar.value = 0;
    this.bar.hidden = false;
    this.button.disabled = true;
    const names = [];
    try {
      for (const [place, file] of files.entries()) names.push(await this.upload(file, (part) => (this.bar.value = (place + part) / files.length)));
      this.stage.send({ type: "files", names });
    } catch (error) {
      if (error === null) return; // stopped by `stop`, which has tidied up
      this.why.textContent = error.message;
    }
    this.ready();
  }

  // The name that it has there: one that was taken got a number.
  upload(file, tell) {
    const form = new FormData();
    form.append("file", file);
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", this.stage.getAttribute("uploads"));
    request.responseType = "json";
    request.setRequestHeader("X-BrowserGrid-Ticket", this.stage.ticket);
    return new Promise((done, fail) => {
      request.upload.addEventListener("progress", ({ loaded, total }) => total && tell(loaded / total));
      request.addEventListener("abort", () => fail(null));
      request.addEventListener("error", () => fail(new Error("It could not be uploaded: the connection was lost.")));
      request.addEventListener("load", () => {
        if (request.status === 200) return done(request.response.name);
        const usual = request.status === 413 ? "The file is too large." : "It could not be uploaded.";
        fail(new Error(request.response?.detail ?? usual));
      });
      request.send(form);
    });
  }
}
