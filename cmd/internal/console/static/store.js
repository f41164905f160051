// What this browser keeps for the pages of this ledger, in IndexedDB: keys, drafts, and
// notes such as a request to be enrolled. Nothing of it leaves the browser by itself.

const stores = ["keys", "drafts", "notes"];

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("ducha", 2);
    opening.onupgradeneeded = () => {
      for (const s of stores) if (!opening.result.objectStoreNames.contains(s)) opening.result.createObjectStore(s);
    };
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close(); // a later page may need another shape
      resolve(opening.result);
    };
    opening.onerror = () => reject(opening.error);
  });
}

/** Does one thing in a store, and gives what it asked for once that is done. */
export async function within(store, mode, act) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const t = db.transaction(store, mode);
      const asked = act(t.objectStore(store));
      t.oncomplete = () => resolve(asked.result);
      t.onerror = t.onabort = () => reject(t.error);
    });
  } finally {
    db.close();
  }
}

export const get = (store, name) => within(store, "readonly", (s) => s.get(name));
export const put = (store, name, value) => within(store, "readwrite", (s) => s.put(value, name));
export const drop = (store, name) => within(store, "readwrite", (s) => s.delete(name));

/** All of a store, as [name, value]. */
export async function all(store) {
  const names = await within(store, "readonly", (s) => s.getAllKeys());
  const values = await within(store, "readonly", (s) => s.getAll());
  return names.map((n, i) => [n, values[i]]);
}
