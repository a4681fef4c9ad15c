// Collections: one small file each, all of them in memory. Their addresses begin with the title, and only the id at the end counts.
import { join } from "node:path";
import { isDirectory, listDirectory, readJson, remove, writeJson } from "../../files/index.ts";
import { HUB_COLLECTION_SCHEMA_VERSION, hubCollectionSchema, parseRecord, type HubCollection, type HubCollectionItem } from "../../records/index.ts";
import type { Minting } from "./accounts.ts";
import { collectionItemMissing, collectionItemTaken, collectionMissing } from "./errors.ts";

export interface NewCollection {
  readonly owner: string;
  readonly title: string;
  readonly description?: string;
  readonly private: boolean;
}

export interface Collections {
  /** In no order. */
  list(): readonly HubCollection[];
  /** By its address, whatever the title in it, or by its id alone. */
  find(slug: string): HubCollection | undefined;
  create(wanted: NewCollection): HubCollection;
  update(collection: HubCollection, changes: Partial<HubCollection>): HubCollection;
  delete(collection: HubCollection): void;
  /** At the end. @throws `hub.collection_item_taken` */
  addItem(collection: HubCollection, item: Omit<HubCollectionItem, "id">): HubCollection;
  /** @throws `hub.collection_item_missing` */
  updateItem(collection: HubCollection, id: string, changes: { readonly note?: string | undefined; readonly position?: number | undefined }): HubCollection;
  /** @throws `hub.collection_item_missing` */
  removeItem(collection: HubCollection, id: string): HubCollection;
}

/** Reads `collections/` of a data directory. @throws `records.*` */
export function openCollections(dataDirectory: string, { now, newId }: Minting): Collections {
  const directory = join(dataDirectory, "collections");
  const all = readAll(directory);
  const save = (collection: HubCollection): HubCollection => {
    writeJson(join(directory, `${collection.id}.json`), collection);
    all.set(collection.id, collection);
    return collection;
  };
  const update = (collection: HubCollection, changes: Partial<HubCollection>) => save({ ...collection, ...changes, updated_at: now().toISOString() });
  return {
    list: () => [...all.values()],
    find: (slug) => all.get(slug.slice(-24)),
    create(wanted) {
      const at = now().toISOString();
      return save({ schema_version: HUB_COLLECTION_SCHEMA_VERSION, id: newId(), ...wanted, theme: "orange", position: 0, items: [], created_at: at, updated_at: at });
    },
    update,
    delete({ id }) {
      remove(join(directory, `${id}.json`));
      all.delete(id);
    },
    addItem(collection, item) {
      if (collection.items.some(({ type, target }) => type === item.type && target === item.target)) throw collectionItemTaken(collection.title);
      return update(collection, { items: [...collection.items, { id: newId(), ...item }] });
    },
    updateItem(collection, id, { note, position }) {
      const old = requireItem(collection, id);
      const others = collection.items.filter((item) => item !== old);
      const changed = note === undefined ? old : { ...old, note };
      return update(collection, { items: others.toSpliced(position ?? collection.items.indexOf(old), 0, changed) });
    },
    removeItem(collection, id) {
      const gone = requireItem(collection, id);
      return update(collection, { items: collection.items.filter((item) => item !== gone) });
    },
  };
}

/** `owner/title-in-small-letters-<id>` */
export function slugOf({ owner, title, id }: HubCollection): string {
  const words = title.normalize("NFKD").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 60);
  return `${owner}/${words === "" ? "" : `${words}-`}${id}`;
}

/** @throws `hub.collection_missing` */
export function requireCollection(collections: Collections, slug: string): HubCollection {
  const found = collections.find(slug);
  if (found === undefined) throw collectionMissing(slug);
  return found;
}

function requireItem({ items, title }: HubCollection, id: string): HubCollectionItem {
  const found = items.find((item) => item.id === id);
  if (found === undefined) throw collectionItemMissing(id, title);
  return found;
}

function readAll(directory: string): Map<string, HubCollection> {
  if (!isDirectory(directory)) return new Map();
  const files = listDirectory(directory).files.filter((file) => /^[0-9a-f]{24}\.json$/.test(file));
  return new Map(files.map((file) => {
    const collection = parseRecord(hubCollectionSchema, readJson(join(directory, file)), join(directory, file));
    return [collection.id, collection];
  }));
}
