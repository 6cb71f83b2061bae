/** On the pages after handing in: the notes and struck options of the attempt leave this device. */
import { forget } from "./device.js";

for (const place of document.querySelectorAll("[data-forget-attempt]")) forget(place.dataset.forgetAttempt);
