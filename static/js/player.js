// The player: adaptive stream, speed, quality, resume, and honest watch time (seconds that really played).

const SEND_EVERY_SECONDS = 10;

function csrfToken() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

function loadScript(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

class Player {
  constructor(frame) {
    this.frame = frame;
    this.video = frame.querySelector("video");
    this.state = frame.querySelector("[data-player-state]");
    this.watched = 0;
    this.lastTime = null;
    this.unsent = 0;
  }

  say(text) {
    this.state.textContent = text;
  }

  async start() {
    const { stream, hls } = this.frame.dataset;
    this.restore();
    this.offerCaptions();
    if (this.video.canPlayType("application/vnd.apple.mpegurl")) {
      this.video.src = stream;
      this.frame.querySelector("[data-player-quality]").closest("label").hidden = true;
    } else {
      try {
        if (!window.Hls) await loadScript(hls);
      } catch {
        this.say(this.frame.dataset.textError);
        return;
      }
      if (!window.Hls?.isSupported()) {
        this.say(this.frame.dataset.textError);
        return;
      }
      this.attach(stream);
    }
    this.listen();
  }

  attach(stream) {
    const engine = new window.Hls({ startPosition: this.position || -1, capLevelToPlayerSize: true });
    const choice = this.frame.querySelector("[data-player-quality]");
    engine.on(window.Hls.Events.MANIFEST_PARSED, (_event, data) => {
      data.levels.forEach((level, index) => choice.add(new Option(`${level.height}p`, String(index))));
      choice.closest("label").hidden = data.levels.length < 2;
    });
    engine.on(window.Hls.Events.ERROR, (_event, data) => {
      if (!data.fatal) return;
      if (data.type === window.Hls.ErrorTypes.NETWORK_ERROR) {
        this.say(this.frame.dataset.textNetwork);
        setTimeout(() => engine.startLoad(), 3000);
      } else if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR) {
        engine.recoverMediaError();
      } else {
        this.say(this.frame.dataset.textError);
      }
    });
    engine.on(window.Hls.Events.FRAG_LOADED, () => {
      if (this.state.textContent === this.frame.dataset.textNetwork) this.say("");
    });
    choice.addEventListener("change", () => { engine.currentLevel = Number(choice.value); });
    engine.loadSource(stream);
    engine.attachMedia(this.video);
  }

  restore() {
    this.position = Number(this.frame.dataset.position) || 0;
    const speed = this.frame.querySelector("[data-player-speed]");
    let kept = "1";
    try { kept = localStorage.getItem("player-speed") ?? "1"; } catch { /* storage may be closed */ }
    if ([...speed.options].some((option) => option.value === kept)) speed.value = kept;
    this.video.playbackRate = Number(speed.value);
    speed.addEventListener("change", () => {
      this.video.playbackRate = Number(speed.value);
      try { localStorage.setItem("player-speed", speed.value); } catch { /* storage may be closed */ }
    });
    this.video.addEventListener("loadedmetadata", () => {
      this.video.playbackRate = Number(speed.value);
      if (this.position > 3 && this.position < this.video.duration - 3) {
        this.video.currentTime = this.position;
        this.say(this.frame.dataset.textResumed);
      }
    }, { once: true });
  }

  /** The choice of captions: kept for the next film, else the language of the page, else what the film brings. */
  offerCaptions() {
    const choice = this.frame.querySelector("[data-player-captions]");
    if (!choice) return;
    const tracks = [...this.video.textTracks];
    const has = (language) => [...choice.options].some((option) => option.value === language);
    let wanted = null;
    try { wanted = localStorage.getItem("player-captions"); } catch { /* storage may be closed */ }
    if (wanted === null || !has(wanted)) {
      wanted = document.documentElement.lang.split("-")[0];
      if (!has(wanted)) wanted = tracks[0]?.language ?? "";
    }
    const show = (language) => tracks.forEach((track) => { track.mode = track.language === language ? "showing" : "disabled"; });
    choice.value = wanted;
    show(wanted);
    choice.addEventListener("change", () => {
      show(choice.value);
      try { localStorage.setItem("player-captions", choice.value); } catch { /* storage may be closed */ }
    });
    // The browser's own menu of captions changes the tracks, too.
    this.video.textTracks.addEventListener("change", () => {
      choice.value = tracks.find((track) => track.mode === "showing")?.language ?? "";
    });
  }

  listen() {
    this.video.addEventListener("timeupdate", () => this.count());
    this.video.addEventListener("seeking", () => { this.lastTime = null; });
    this.video.addEventListener("pause", () => this.send());
    this.video.addEventListener("ended", () => this.send());
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.send(); });
    window.addEventListener("pagehide", () => this.send());
  }

  count() {
    const now = this.video.currentTime;
    if (this.lastTime !== null) {
      const step = now - this.lastTime;
      if (step > 0 && step < 2 * this.video.playbackRate) this.unsent += step;
    }
    this.lastTime = now;
    if (this.unsent >= SEND_EVERY_SECONDS) this.send();
  }

  send() {
    const url = this.frame.dataset.progressUrl;
    if (!url || (this.unsent === 0 && !this.video.ended)) return;
    const body = new URLSearchParams({
      position: this.video.currentTime.toFixed(1),
      watched: this.unsent.toFixed(1),
      ended: this.video.ended ? "1" : "",
    });
    const sent = this.unsent;
    this.unsent = 0;
    fetch(url, { method: "POST", body, keepalive: true, headers: { "X-CSRFToken": csrfToken() } })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        const detail = await answer.json();
        this.frame.dispatchEvent(new CustomEvent("lesson-progress", { bubbles: true, detail }));
      })
      .catch(() => { this.unsent += sent; });
  }
}

function startPlayers(root) {
  for (const frame of root.querySelectorAll("[data-player]:not([data-started])")) {
    frame.dataset.started = "";
    new Player(frame).start();
  }
}

startPlayers(document);
// A film that was being made comes into the page when it is ready.
document.addEventListener("htmx:afterSettle", () => startPlayers(document));
