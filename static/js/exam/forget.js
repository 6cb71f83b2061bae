/** On the pages after handing in: the notes, struck options and counted seconds of the attempt leave this device. */
import { forget } from "./device.js";
import { forgetTimes } from "./question-times.js";

for (const { dataset } of document.querySelectorAll("[data-forget-attempt]")) {
  forget(dataset.forgetAttempt);
  forgetTimes(dataset.forgetAttempt);
}
