/** Puts the learner's display settings on the page before it is painted; a plain script, because modules come too late for that. */
(() => {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("room.display")) ?? {};
  } catch { /* a browser that keeps nothing shows the page as it comes */ }
  const root = document.documentElement.dataset;
  if ([2, 3, 4].includes(kept.text)) root.roomText = String(kept.text);
  if (kept.contrast === true) root.roomContrast = "";
  if (["narrow", "wide"].includes(kept.width)) root.roomWidth = kept.width;
})();
