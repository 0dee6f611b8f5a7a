// What outlives the tab: files in the browser's own storage (OPFS), each flushed before a call returns.

const ROOT = "modemflash";

async function folder(path, create) {
  let here = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create });
  for (const name of path) here = await here.getDirectoryHandle(name, { create });
  return here;
}

// "" when the disk has it, else why not.
export async function save(path, data) {
  try {
    const parts = path.split("/");
    const name = parts.pop();
    const file = await (await folder(parts, true)).getFileHandle(name, { create: true });
    const handle = await file.createSyncAccessHandle();
    try {
      handle.truncate(0);
      if (data.length && handle.write(data, { at: 0 }) !== data.length) return "QuotaExceededError";
      handle.flush();
    } finally {
      handle.close();
    }
    return "";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

// Every file below a folder: { path: bytes }.
export async function load(top) {
  const found = {};
  const parts = top.split("/");
  const walk = async (here, path) => {
    for await (const [name, each] of here.entries()) {
      if (each.kind === "directory") await walk(each, `${path}${name}/`);
      else found[path + name] = new Uint8Array(await (await each.getFile()).arrayBuffer());
    }
  };
  try {
    await walk(await folder(parts, false), "");
  } catch (error) {
    if (error.name !== "NotFoundError") console.warn(error);
  }
  return found;
}

export async function remove(top) {
  try {
    const parts = top.split("/");
    const name = parts.pop();
    await (await folder(parts, false)).removeEntry(name, { recursive: true });
  } catch {
    // nothing was kept
  }
}
