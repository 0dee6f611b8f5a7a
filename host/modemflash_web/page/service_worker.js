// Keeps the page for use without a network, one build at a time; `BUILD` is put in when the page is built.
// A page that is open goes on with the build that it was loaded with: a new one waits until no tab is left.

const NAME = "modemflash BUILD";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const { files } = await (await fetch("./files.json", { cache: "no-store" })).json();
    const names = files.map((each) => each.name).filter((name) => name !== "service_worker.js");
    await (await caches.open(NAME)).addAll(["./", "./files.json", ...names.map((name) => `./${name}`)]);
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("modemflash ") && name !== NAME) await caches.delete(name);
    }
  })());
});

self.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  event.respondWith((async () => {
    const kept = await (await caches.open(NAME)).match(event.request, { ignoreSearch: true });
    return kept ?? fetch(event.request);
  })());
});
