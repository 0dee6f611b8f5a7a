-- Takes apart the packets of `modemflash capture export --pcapng`: AT, STP, relay frames, frames
-- and sentences of GNSS modules, and of Quectel modems DIAG requests, Sahara packets and Firehose documents.
--
-- A packet of link type USER0 begins with four bytes: format, channel, direction, kind
-- (export.py beside this file). Use: wireshark -X lua_script:FILE, or put this file into
-- the folder that Wireshark's Help > About > Folders calls "Personal Lua Plugins".

local KINDS = { [0] = "bytes", [1] = "firmware", [2] = "filling", [3] = "note", [4] = "relay" }
local DIRECTIONS = { [0] = "-", [1] = "from the modem", [2] = "to the modem" }
local CHANNELS = { [0] = "modem", [1] = "relay" }
local OPERATIONS = { [0] = "RESET", [1] = "OPEN_SESSION", [2] = "BLOCK_COMMAND", [3] = "BLOCK", [4] = "DATA_TYPE" }

local mf = Proto("modemflash", "modemflash capture")
local f = mf.fields
f.channel = ProtoField.uint8("modemflash.channel", "Channel", base.DEC, CHANNELS)
f.direction = ProtoField.uint8("modemflash.direction", "Direction", base.DEC, DIRECTIONS)
f.kind = ProtoField.uint8("modemflash.kind", "Kind", base.DEC, KINDS)
f.firmware_size = ProtoField.uint32("modemflash.firmware.size", "Firmware, left out (bytes)", base.DEC)
f.firmware_crc32 = ProtoField.uint32("modemflash.firmware.crc32", "CRC-32 of it", base.HEX)
f.fill_byte = ProtoField.uint8("modemflash.filling.byte", "Filling byte", base.HEX)
f.fill_count = ProtoField.uint32("modemflash.filling.count", "Filling bytes", base.DEC)
f.note = ProtoField.string("modemflash.note", "Note")
f.relay = ProtoField.string("modemflash.relay", "Relay frame")
f.bytes = ProtoField.bytes("modemflash.bytes", "Bytes")

local at = Proto("modemflash_at", "AT dialogue")
at.fields.line = ProtoField.string("modemflash_at.line", "Line")

local stp = Proto("modemflash_stp", "STP transfer")
local s = stp.fields
s.operation = ProtoField.uint8("modemflash_stp.operation", "Operation", base.HEX)
s.name = ProtoField.string("modemflash_stp.name", "Name")
s.session = ProtoField.uint8("modemflash_stp.session", "Session", base.DEC)
s.length = ProtoField.uint16("modemflash_stp.length", "Payload length", base.DEC)
s.transaction = ProtoField.uint32("modemflash_stp.transaction", "Transaction", base.DEC)
s.header_crc = ProtoField.uint16("modemflash_stp.header_crc", "Header CRC", base.HEX)
s.payload_crc = ProtoField.uint16("modemflash_stp.payload_crc", "Payload CRC", base.HEX)
s.crc_status = ProtoField.string("modemflash_stp.crc_status", "CRC status")
s.payload = ProtoField.bytes("modemflash_stp.payload", "Payload")

local gnss = Proto("modemflash_gnss", "GNSS boot loader")
local g = gnss.fields
g.name = ProtoField.string("modemflash_gnss.name", "Name")
g.class = ProtoField.uint8("modemflash_gnss.class", "Class", base.DEC)
g.message = ProtoField.uint8("modemflash_gnss.message", "Message", base.HEX)
g.length = ProtoField.uint16("modemflash_gnss.length", "Payload length", base.DEC)
g.sequence = ProtoField.uint32("modemflash_gnss.sequence", "Packet", base.DEC)
g.image_size = ProtoField.uint32("modemflash_gnss.image.size", "Size of the image", base.DEC)
g.image_crc32 = ProtoField.uint32("modemflash_gnss.image.crc32", "CRC-32 of size and image", base.HEX)
g.answers = ProtoField.uint8("modemflash_gnss.answers", "Answers", base.HEX)
g.status = ProtoField.uint16("modemflash_gnss.status", "Status", base.HEX)
g.version = ProtoField.string("modemflash_gnss.version", "Version of the boot loader")
g.crc32 = ProtoField.uint32("modemflash_gnss.crc32", "CRC-32", base.HEX)
g.crc_status = ProtoField.string("modemflash_gnss.crc_status", "CRC status")

local nmea = Proto("modemflash_nmea", "GNSS sentences")
nmea.fields.sentence = ProtoField.string("modemflash_nmea.sentence", "Sentence")
nmea.fields.name = ProtoField.string("modemflash_nmea.name", "Name")

local sahara = Proto("modemflash_sahara", "Sahara")
local h = sahara.fields
h.command = ProtoField.uint32("modemflash_sahara.command", "Command", base.HEX)
h.name = ProtoField.string("modemflash_sahara.name", "Name")
h.length = ProtoField.uint32("modemflash_sahara.length", "Length of the packet", base.DEC)
h.image = ProtoField.uint32("modemflash_sahara.image", "Image", base.DEC)
h.offset = ProtoField.uint64("modemflash_sahara.offset", "Offset", base.DEC)
h.size = ProtoField.uint64("modemflash_sahara.size", "Bytes wanted", base.DEC)
h.status = ProtoField.uint32("modemflash_sahara.status", "Status", base.HEX)

local firehose = Proto("modemflash_firehose", "Firehose")
firehose.fields.name = ProtoField.string("modemflash_firehose.name", "Name")
firehose.fields.value = ProtoField.string("modemflash_firehose.value", "Value")
firehose.fields.start = ProtoField.uint32("modemflash_firehose.start_sector", "First sector", base.DEC)
firehose.fields.sectors = ProtoField.uint32("modemflash_firehose.sectors", "Sectors", base.DEC)

local diag = Proto("modemflash_diag", "DIAG, file system")
diag.fields.command = ProtoField.uint16("modemflash_diag.command", "Command", base.DEC)
diag.fields.name = ProtoField.string("modemflash_diag.name", "Name")

local relay = Proto("modemflash_relay", "Relay frame")
relay.fields.name = ProtoField.string("modemflash_relay.name", "Name")
relay.fields.size = ProtoField.uint32("modemflash_relay.size", "Size", base.DEC)

-- The kinds of frames from a board, by their letters (device/modemflash/interface.py).
local FROM_A_BOARD = { E = "event", P = "event that may be lost", H = "heartbeat", T = "echo", ["?"] = "no frame" }
local PACKETS = {
  [1] = "HELLO", [2] = "HELLO_RESP", [3] = "READ_DATA", [4] = "END_IMAGE", [5] = "DONE", [6] = "DONE_RESP",
  [7] = "RESET", [8] = "RESET_RESP", [0x12] = "READ_DATA64",
}
local FILE_COMMANDS = {
  [0] = "HELLO", [1] = "QUERY", [2] = "OPEN", [3] = "CLOSE", [4] = "READ", [11] = "OPENDIR", [12] = "READDIR",
  [13] = "CLOSEDIR", [15] = "STAT",
}

local SYNC = {
  [0x09134C51] = "SYNC 1", [0x4D3AFCAA] = "RESPONSE 1", [0x04A50312] = "SYNC 2", [0xA05BFD55] = "RESPONSE 2",
}
local MESSAGES = { [0x00] = "ANSWER", [0x02] = "INFO", [0x03] = "ERASE", [0x04] = "DATA", [0x31] = "RESET", [0x71] = "QUERY" }
local STATUSES = {
  [0] = "good", [1] = "unknown error", [2] = "CRC error", [3] = "time-out", [4] = "unsupported",
  [5] = "package error", [0x20] = "erase error", [0x21] = "write error",
}

-- Lua 5.3 has operators for bits, 5.2 has bit32: whichever this Wireshark brings.
local function bits(operator, name)
  local made = load("return function(a, b) return a " .. operator .. " b end")
  return made and made() or bit32[name]
end
local band, bxor = bits("&", "band"), bits("~", "bxor")

local function crc16(tvb, first, last, blank_from, blank_to)
  -- CRC-16, polynomial 0x1021, from 0; bytes blank_from..blank_to count as 0
  local crc = 0
  for i = first, last do
    local byte = tvb(i, 1):uint()
    if blank_from and i >= blank_from and i <= blank_to then byte = 0 end
    crc = bxor(crc, byte * 256)
    for _ = 1, 8 do
      if band(crc, 0x8000) ~= 0 then
        crc = band(bxor(crc * 2, 0x1021), 0xFFFF)
      else
        crc = band(crc * 2, 0xFFFF)
      end
    end
  end
  return crc
end

local function name_of(operation)
  if operation == 0x7F then return "NOT_UNDERSTOOD" end
  local base_operation, outcome = operation, ""
  if band(operation, 0x80) ~= 0 then base_operation, outcome = band(operation, 0x7F), " done"
  elseif band(operation, 0x40) ~= 0 then base_operation, outcome = band(operation, 0x3F), " refused" end
  return (OPERATIONS[base_operation] or ("operation " .. base_operation)) .. outcome
end

local function dissect_stp(tvb, pinfo, tree)
  local sub = tree:add(stp, tvb())
  local operation, length = tvb(4, 1):uint(), tvb(6, 2):uint()
  sub:add(s.operation, tvb(4, 1))
  sub:add(s.name, tvb(4, 1), name_of(operation))
  sub:add(s.session, tvb(5, 1))
  sub:add(s.length, tvb(6, 2))
  sub:add(s.transaction, tvb(8, 4))
  sub:add(s.header_crc, tvb(12, 2))
  sub:add(s.payload_crc, tvb(14, 2))
  local header, payload = tvb(12, 2):uint(), tvb(14, 2):uint()
  local here = math.min(length, tvb:len() - 16)
  local status = "good"
  if header == 0 and payload == 0 then status = "not computed by the sender"
  elseif crc16(tvb, 0, 15, 12, 13) ~= header then status = "header CRC wrong"
  elseif here == length and length > 0 and crc16(tvb, 16, 15 + length) ~= payload then status = "payload CRC wrong" end
  sub:add(s.crc_status, tvb(12, 4), status)
  if here > 0 then sub:add(s.payload, tvb(16, here)) end
  pinfo.cols.protocol = "STP"
  pinfo.cols.info:append(name_of(operation) .. ", " .. length .. " bytes, " .. status)
  return 16 + here
end

local function crc32(tvb, first, last)
  local crc = 0xFFFFFFFF
  for i = first, last do
    crc = bxor(crc, tvb(i, 1):uint())
    for _ = 1, 8 do
      local low = crc % 2
      crc = (crc - low) / 2
      if low == 1 then crc = bxor(math.floor(crc), 0xEDB88320) else crc = math.floor(crc) end
    end
  end
  return bxor(crc, 0xFFFFFFFF)
end

local function gnss_name(message)
  return MESSAGES[message] or string.format("message 0x%02X", message)
end

-- How many bytes of a GNSS frame, or of a sync word, stand at the beginning; 0 for none.
local function gnss_bytes(tvb)
  if tvb:len() >= 4 and SYNC[tvb(0, 4):uint()] then return 4 end
  if tvb:len() < 5 or tvb(0, 1):uint() ~= 0xAA then return 0 end
  local class, message = tvb(1, 1):uint(), tvb(2, 1):uint()
  if class < 1 or class > 4 or not MESSAGES[message] then return 0 end
  return math.min(10 + tvb(3, 2):uint(), tvb:len())
end

local function dissect_gnss(tvb, pinfo, tree, size)
  local sub = tree:add(gnss, tvb(0, size))
  pinfo.cols.protocol = "GNSS"
  if size == 4 then
    local name = SYNC[tvb(0, 4):uint()]
    sub:add(g.name, tvb(0, 4), name)
    pinfo.cols.info:append(name .. " ")
    return
  end
  local message, length = tvb(2, 1):uint(), tvb(3, 2):uint()
  local words = gnss_name(message)
  sub:add(g.class, tvb(1, 1))
  sub:add(g.message, tvb(2, 1))
  sub:add(g.length, tvb(3, 2))
  local whole = size == 10 + length
  if message == 0x04 and size >= 9 then
    sub:add(g.sequence, tvb(5, 4))
    words = words .. " packet " .. tvb(5, 4):uint()
  elseif message == 0x02 and whole and length == 16 then
    sub:add(g.image_size, tvb(5, 4))
    sub:add(g.image_crc32, tvb(9, 4))
    words = words .. ", image of " .. tvb(5, 4):uint() .. " bytes"
  elseif message == 0x00 and whole and length >= 4 then
    local status = tvb(7, 2):uint()
    sub:add(g.answers, tvb(6, 1))
    sub:add(g.status, tvb(7, 2))
    words = gnss_name(tvb(6, 1):uint()) .. " " .. (STATUSES[status] or string.format("status 0x%02X", status))
    if length >= 7 then
      local version = tvb(9, 1):uint() .. "." .. tvb(10, 1):uint() .. "." .. tvb(11, 1):uint()
      sub:add(g.version, tvb(9, 3), version)
      words = words .. ", version " .. version
    end
  end
  sub:add(g.name, tvb(2, 1), words)
  if whole then
    local right = crc32(tvb, 1, 4 + length) == tvb(5 + length, 4):uint() and tvb(9 + length, 1):uint() == 0x55
    sub:add(g.crc32, tvb(5 + length, 4))
    sub:add(g.crc_status, tvb(5 + length, 4), right and "good" or "wrong")
    if not right then words = words .. ", CRC wrong" end
  end
  pinfo.cols.info:append(words .. " ")
end

-- Whether exactly one Sahara packet stands here.
local function is_sahara(tvb)
  return tvb:len() >= 8 and tvb:len() <= 64 and PACKETS[tvb(0, 4):le_uint()] and tvb(4, 4):le_uint() == tvb:len()
end

local function dissect_sahara(tvb, pinfo, tree)
  local sub = tree:add(sahara, tvb())
  local command, size = tvb(0, 4):le_uint(), tvb:len()
  local words = PACKETS[command]
  sub:add_le(h.command, tvb(0, 4))
  sub:add(h.name, tvb(0, 4), words)
  sub:add_le(h.length, tvb(4, 4))
  if command == 3 and size == 20 then
    sub:add_le(h.image, tvb(8, 4))
    sub:add(h.offset, tvb(12, 4), UInt64(tvb(12, 4):le_uint()))
    sub:add(h.size, tvb(16, 4), UInt64(tvb(16, 4):le_uint()))
    words = words .. " " .. tvb(16, 4):le_uint() .. " bytes from " .. tvb(12, 4):le_uint()
  elseif command == 0x12 and size == 32 then
    sub:add_le(h.image, tvb(8, 4))
    sub:add_le(h.offset, tvb(16, 8))
    sub:add_le(h.size, tvb(24, 8))
    words = words .. " " .. tostring(tvb(24, 8):le_uint64()) .. " bytes from " .. tostring(tvb(16, 8):le_uint64())
  elseif command == 4 and size == 16 then
    sub:add_le(h.image, tvb(8, 4))
    sub:add_le(h.status, tvb(12, 4))
    words = words .. string.format(" status 0x%02X", tvb(12, 4):le_uint())
  elseif command == 6 and size == 12 then
    words = words .. (tvb(8, 4):le_uint() == 1 and " complete" or " pending")
  end
  pinfo.cols.protocol = "Sahara"
  pinfo.cols.info:append(words)
end

-- A number of sectors as the field can hold it; nil for more: a document may say anything.
local function sectors_of(digits)
  local number = digits and tonumber(digits)
  return number and number < 2 ^ 32 and math.floor(number) or nil
end

-- Documents follow each other; masked ones and pieces of one are shown as far as they go.
local function dissect_firehose(tvb, pinfo, tree)
  local sub = tree:add(firehose, tvb())
  local text, words = tvb():string(), {}
  for name, rest in text:gmatch("<(%a[%w_]*)%s*([^<>]*)>") do
    if name ~= "data" and name ~= "xml" then
      local value = rest:match('value="([^"]*)"')
      sub:add(firehose.fields.name, tvb(), name)
      if value then sub:add(firehose.fields.value, tvb(), value) end
      local start, sectors = rest:match('start_sector="(%d+)"'), rest:match('num_partition_sectors="(%d+)"')
      if sectors_of(start) then sub:add(firehose.fields.start, tvb(), sectors_of(start)) end
      if sectors_of(sectors) then sub:add(firehose.fields.sectors, tvb(), sectors_of(sectors)) end
      if start then value = (sectors or "?") .. " sectors from " .. start end
      words[#words + 1] = value and name .. " " .. value or name
    end
  end
  pinfo.cols.protocol = "Firehose"
  pinfo.cols.info:append(#words > 0 and table.concat(words, " | ") or "piece of a document")
end

local function is_firehose(tvb)
  local head = tvb(0, math.min(tvb:len(), 200)):string()
  return head:match("^%s*<%?xml") or head:match("^%s*<data>") or head:match("^%s*<log ") or head:match("^%s*<response ")
end

-- A request about files, or its answer, as captures keep them: without check sum and end.
local function is_diag(tvb)
  local subsystem = tvb:len() >= 4 and tvb(0, 1):uint() == 0x4B and tvb(1, 1):uint()
  return (subsystem == 0x13 or subsystem == 0x3E) and tvb(3, 1):uint() == 0
end

local function dissect_diag(tvb, pinfo, tree)
  local sub = tree:add(diag, tvb())
  local command = tvb(2, 2):le_uint()
  local words = FILE_COMMANDS[command] or ("command " .. command)
  sub:add_le(diag.fields.command, tvb(2, 2))
  sub:add(diag.fields.name, tvb(2, 2), words)
  pinfo.cols.protocol = "DIAG"
  pinfo.cols.info:append(words)
end

-- Packets that end a frame whose firmware is left out: its CRC, over bytes that are not here, and 55.
local ends_frame, after_firmware = {}, false

-- A capture keeps what a relay frame is, and not its bytes: names with values, flat, as JSON.
local function dissect_relay(tvb, pinfo, tree)
  local text, values = tvb():string(), {}
  for name, value in text:gmatch('"([%w_]+)": "?([^",%[%]{}]+)"?') do values[name] = value end
  local kind = values.relay_rx or values.relay_tx or "?"
  local words = FROM_A_BOARD[kind] or kind:gsub("[^%g ]", ".")
  local size, numbers = tonumber(values.size or values.count), text:match('"values": %[([%d, ]+)%]')
  local sub = tree:add(relay, tvb())
  sub:add(relay.fields.name, tvb(), words)
  if size and size >= 0 and size < 2 ^ 32 then sub:add(relay.fields.size, tvb(), math.floor(size)) end
  if values.count then
    local at = (tonumber(values.start) or 0) + (tonumber(values.offset) or 0)
    words = string.format("%s %s bytes of file %s from %.0f", words, values.count, values.file or "?", at)
  elseif size then
    words = words .. ", " .. values.size .. " bytes"
  end
  if values.crc32 then words = words .. ", CRC-32 0x" .. values.crc32 end
  if numbers then words = words .. " " .. numbers end
  pinfo.cols.protocol = "relay"
  pinfo.cols.info:append(words)
end

local function is_nmea(text)
  return text:match("^%$G%u%u%u%u[,.]") or text:match("^%$PQTM%u+[*,.]")
end

local function dissect_at(tvb, pinfo, tree)
  local sub
  local first, lines, sentences = 0, {}, 0
  for i = 0, tvb:len() do
    local is_end = i == tvb:len() or tvb(i, 1):uint() == 13 or tvb(i, 1):uint() == 10
    if is_end then
      if i > first then
        local range = tvb(first, i - first)
        local text = range:string():gsub("[^%g ]", ".")
        lines[#lines + 1] = text
        if is_nmea(text) then
          local sentence = tree:add(nmea, range)
          sentence:add(nmea.fields.sentence, range, text)
          sentence:add(nmea.fields.name, range, text:match("^%$(%u+)"))
          sentences = sentences + 1
        else
          sub = sub or tree:add(at, tvb())
          sub:add(at.fields.line, range, text)
        end
      end
      first = i + 1
    end
  end
  pinfo.cols.protocol = sentences > 0 and "NMEA" or "AT"
  pinfo.cols.info:append(table.concat(lines, " | "))
end

local function dissect_bytes(tvb, pinfo, tree)
  while tvb:len() > 0 do
    local gnss_size = gnss_bytes(tvb)
    local is_frame = tvb:len() >= 16 and (tvb(0, 4):string() == "fast" or tvb(0, 4):string() == "tsaf")
    local used
    if gnss_size > 0 then
      used = gnss_size
      dissect_gnss(tvb, pinfo, tree, used)
    elseif ends_frame[pinfo.number] then
      tree:add(gnss, tvb()):add(g.crc32, tvb(0, 4))
      pinfo.cols.protocol = "GNSS"
      pinfo.cols.info:append("end of the packet")
      return
    elseif is_sahara(tvb) then
      dissect_sahara(tvb, pinfo, tree)
      return
    elseif is_firehose(tvb) then
      dissect_firehose(tvb, pinfo, tree)
      return
    elseif is_diag(tvb) then
      dissect_diag(tvb, pinfo, tree)
      return
    elseif is_frame then
      used = dissect_stp(tvb, pinfo, tree)
    else
      dissect_at(tvb, pinfo, tree)
      return
    end
    if used >= tvb:len() then return end
    tvb = tvb(used):tvb()
  end
end

function mf.dissector(tvb, pinfo, tree)
  if tvb:len() < 4 or tvb(0, 1):uint() ~= 1 then return 0 end
  pinfo.cols.protocol = "modemflash"
  local channel, direction, kind = tvb(1, 1):uint(), tvb(2, 1):uint(), tvb(3, 1):uint()
  local sub = tree:add(mf, tvb(0, 4))
  sub:add(f.channel, tvb(1, 1))
  sub:add(f.direction, tvb(2, 1))
  sub:add(f.kind, tvb(3, 1))
  pinfo.cols.src = direction == 1 and (CHANNELS[channel] or "?") or "PC"
  pinfo.cols.dst = direction == 1 and "PC" or (CHANNELS[channel] or "?")
  pinfo.cols.info = ""
  if not pinfo.visited then
    ends_frame[pinfo.number] = after_firmware and kind == 0 and tvb:len() == 9 and tvb(8, 1):uint() == 0x55
    after_firmware = kind == 1
  end
  if tvb:len() == 4 then
    pinfo.cols.protocol = "note"
    pinfo.cols.info = "see the comment"
    return 4
  end
  local body = tvb(4):tvb()
  if kind == 0 then
    sub:add(f.bytes, body())
    dissect_bytes(body, pinfo, tree)
  elseif kind == 1 and body:len() >= 8 then
    sub:add(f.firmware_size, body(0, 4))
    sub:add(f.firmware_crc32, body(4, 4))
    pinfo.cols.protocol = "firmware"
    pinfo.cols.info:append(string.format("%d bytes, left out, CRC-32 0x%08x", body(0, 4):uint(), body(4, 4):uint()))
  elseif kind == 2 and body:len() >= 5 then
    sub:add(f.fill_byte, body(0, 1))
    sub:add(f.fill_count, body(1, 4))
    pinfo.cols.protocol = "filling"
    pinfo.cols.info:append(string.format("%d times 0x%02x", body(1, 4):uint(), body(0, 1):uint()))
  elseif kind == 3 then
    sub:add(f.note, body())
    pinfo.cols.protocol = "note"
    pinfo.cols.info:append(body():string())
  elseif kind == 4 then
    sub:add(f.relay, body())
    dissect_relay(body, pinfo, tree)
  end
  return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, mf)
