/**
 * Answers that the server has not acknowledged, kept on this device. IndexedDB first; where a browser denies it, memory,
 * and `isDurable` says so.
 */
const NAME = "jinbang-exams";
const STORE = "answers";

function request(operation) {
  return new Promise((resolve, reject) => {
    operation.onsuccess = () => resolve(operation.result);
    operation.onerror = () => reject(operation.error);
  });
}

function open() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: ["attempt", "slot"] });
  return request(opening);
}

class DeviceStore {
  isDurable = true;
  constructor(database) {
    this.database = database;
  }
  // Async throughout: a browser that refuses at once (a closing database, a full disk) is a rejection like any other.
  #table(mode) {
    return this.database.transaction(STORE, mode, { durability: "strict" }).objectStore(STORE);
  }
  async put(entry) {
    return request(this.#table("readwrite").put(entry));
  }
  async remove(attempt, slot) {
    return request(this.#table("readwrite").delete([attempt, slot]));
  }
  async list(attempt) {
    return request(this.#table("readonly").getAll(IDBKeyRange.bound([attempt, 0], [attempt, Number.MAX_SAFE_INTEGER])));
  }
}

class MemoryStore {
  isDurable = false;
  entries = new Map();
  async put(entry) {
    this.entries.set(`${entry.attempt}/${entry.slot}`, entry);
  }
  async remove(attempt, slot) {
    this.entries.delete(`${attempt}/${slot}`);
  }
  async list(attempt) {
    return [...this.entries.values()].filter((entry) => entry.attempt === attempt);
  }
}

export async function openStore() {
  try {
    return new DeviceStore(await open());
  } catch {
    return new MemoryStore();
  }
}
