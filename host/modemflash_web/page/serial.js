// One serial port of the browser, as the worker's Python wants it (`inside/browser.py`, `Device`).
// Bytes that come are kept here until Python takes them; nothing is decided here.

const BUFFER_BYTES = 16384;
const SETTLES_MS = 250;
const CTS_EACH_MS = 20;

// Its USB ids, such as "04d8:f012"; "" for a port without any.
export function usbOf(port) {
  const { usbVendorId: vendor, usbProductId: product } = port.getInfo();
  const hex = (number) => number.toString(16).padStart(4, "0");
  return vendor === undefined ? "" : `${hex(vendor)}:${hex(product ?? 0)}`;
}

export class Device {
  constructor(port) {
    this.port = port;
    this.usb = usbOf(port);
    this.others = []; // other boards, when it was chosen
    this.isOpen = this.isLost = false;
    this.chunks = [];
    this.waiting = 0; // bytes that were handed to the browser and not taken yet
    this.wake = null;
    this.pump = Promise.resolve();
  }

  async open(baud, flowControl) {
    try {
      if (this.isOpen) await this.close();
      await this.port.open({
        baudRate: baud, bufferSize: BUFFER_BYTES, flowControl: flowControl ? "hardware" : "none",
      });
    } catch (error) {
      if (error.name === "NetworkError" && !(await this.staysThere())) this.isLost = true;
      return error.name || String(error);
    }
    this.isOpen = true;
    this.isLost = this.closing = false;
    this.chunks = [];
    this.waiting = 0;
    this.writer = this.port.writable.getWriter();
    this.pump = this.read_on();
    return "";
  }

  // CTS, as soon as it is there; a port that cannot say it holds nothing back.
  async clearToSend(timeoutMs) {
    const until = performance.now() + timeoutMs;
    try {
      while (!(await this.port.getSignals()).clearToSend) {
        if (performance.now() > until) return false;
        await new Promise((resolve) => { setTimeout(resolve, CTS_EACH_MS); });
      }
    } catch {
      // gone, or without such lines
    }
    return true;
  }

  async read_on() {
    while (this.port.readable && !this.closing) {
      this.reader = this.port.readable.getReader();
      try {
        for (;;) {
          const { value, done } = await this.reader.read();
          if (done) break;
          this.chunks.push(value);
          this.wake?.();
        }
      } catch (error) {
        if (error.name === "NetworkError") this.lose(); // a break or a parity error leaves a new stream
      } finally {
        this.reader.releaseLock();
      }
    }
    if (!this.closing) this.lose();
  }

  lose() {
    this.isLost = true;
    this.wake?.();
  }

  async close() {
    if (!this.isOpen) return;
    this.closing = true;
    this.isOpen = false;
    try {
      await this.writer.close(); // returns when all is sent
    } catch {
      // it is gone already
    }
    this.writer.releaseLock();
    try {
      await this.reader?.cancel();
    } catch {
      // the same
    }
    await this.pump;
    try {
      await this.port.close();
    } catch {
      this.isLost = true;
    }
    this.chunks = [];
  }

  take(count) {
    if (!this.chunks.length) return undefined; // None in Python
    if (this.chunks.length > 1) this.chunks = [joined(this.chunks)];
    const [all] = this.chunks;
    if (all.length <= count) {
      this.chunks = [];
      return all;
    }
    this.chunks = [all.subarray(count)];
    return all.subarray(0, count);
  }

  read(count, timeoutMs) {
    if (this.chunks.length || this.isLost) return Promise.resolve(this.take(count));
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.wake = null;
        resolve(this.take(count));
      };
      const timer = setTimeout(end, timeoutMs);
      this.wake = end;
    });
  }

  write(data) {
    if (!this.isOpen || this.isLost) return -1;
    this.waiting += data.length;
    this.writer.write(data).then(
      () => { this.waiting -= data.length; this.room?.(); },
      () => { this.waiting -= data.length; this.lose(); this.room?.(); },
    );
    return this.waiting;
  }

  async drained(mostBytes, timeoutMs) {
    const until = performance.now() + timeoutMs;
    while (this.waiting > mostBytes && !this.isLost) {
      const left = until - performance.now();
      if (left <= 0) return false;
      await new Promise((resolve) => { this.room = resolve; setTimeout(resolve, left); });
    }
    return !this.isLost;
  }

  forget() {
    this.chunks = [];
  }

  async isThere() {
    return (await navigator.serial.getPorts()).includes(this.port) && this.port.connected !== false;
  }

  // A pulled plug is seen here a moment after its bytes fail.
  async staysThere() {
    await new Promise((resolve) => { setTimeout(resolve, SETTLES_MS); });
    return this.isThere();
  }

  // Whether it is plugged in. A device that comes back is the same object, or another one of the same kind.
  async find() {
    const ports = await navigator.serial.getPorts();
    const there = ports.filter((port) => port.connected !== false);
    if (!this.isLost && there.includes(this.port)) return true;
    if (this.isLost && this.isOpen) await this.close();
    const isIt = (port) => usbOf(port) === this.usb && !this.others.includes(port);
    const again = there.includes(this.port) ? this.port : there.find(isIt);
    if (!again) {
      this.isLost = true;
      return false;
    }
    this.port = again;
    this.isLost = false;
    return true;
  }
}

function joined(chunks) {
  const all = new Uint8Array(chunks.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of chunks) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}
