/** Who asked to hand in while the last answer did not get through is taken there once it has, unless she went on working. */
export class HandIn {
  #isWaiting = false;

  /** `go` takes her to the page that hands in; `sync` tells when everything is saved. */
  constructor({ sync, go }) {
    for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => (this.#isWaiting = false));
    sync.addEventListener("state", ({ detail }) => {
      if (this.#isWaiting && detail.state === "saved") go();
    });
  }

  /** Wait for the answers that are still on their way. */
  wait() {
    this.#isWaiting = true;
  }
}
