/** The part of the post-dissector that is the same for every spec. */
export const DISSECTOR = `local truepeer = Proto("truepeer", "PROXY protocol, named by truepeer")
local F = {
  version = ProtoField.uint8("truepeer.version", "Version"),
  line = ProtoField.string("truepeer.line", "Line"),
  command = ProtoField.uint8("truepeer.command", "Command", base.DEC, COMMANDS, 0x0f),
  family = ProtoField.uint8("truepeer.family", "Family", base.DEC, FAMILIES, 0xf0),
  transport = ProtoField.uint8("truepeer.transport", "Transport", base.DEC, TRANSPORTS, 0x0f),
  length = ProtoField.uint16("truepeer.length", "Length"),
  opaque = ProtoField.bytes("truepeer.opaque", "Opaque octets"),
  tlv = ProtoField.bytes("truepeer.tlv", "TLV"),
  type = ProtoField.uint8("truepeer.tlv.type", "Type", base.HEX),
  size = ProtoField.uint16("truepeer.tlv.length", "Length"),
  unregistered = ProtoField.bytes("truepeer.tlv.unregistered", "Octets of a type without a name"),
  misfit = ProtoField.bytes("truepeer.tlv.misfit", "Octets that do not fit their type"),
}
local malformed = ProtoExpert.new("truepeer.malformed", "The header is malformed", expert.group.MALFORMED, expert.severity.ERROR)
truepeer.experts = { malformed }

local registered = {}
for _, field in pairs(F) do registered[#registered + 1] = field end

local function register(field)
  registered[#registered + 1] = field
  return field
end

local function plain(make)
  return function(abbrev, name, doc) return register(make(abbrev, name, doc)) end
end

local function shown(make, display)
  return function(abbrev, name, doc) return register(make(abbrev, name, display, doc)) end
end

local function number(make, display)
  return function(abbrev, name, doc) return register(make(abbrev, name, display or base.DEC, nil, nil, doc)) end
end

local MAKERS = {
  bytes = shown(ProtoField.bytes), struct = shown(ProtoField.bytes), variant = shown(ProtoField.bytes),
  ascii = shown(ProtoField.string), utf8 = shown(ProtoField.string), unixPath = shown(ProtoField.string),
  u8 = number(ProtoField.uint8), flags = number(ProtoField.uint8, base.HEX), u16be = number(ProtoField.uint16),
  u32be = number(ProtoField.uint32), u32le = number(ProtoField.uint32), u64be = number(ProtoField.uint64),
  ipv4 = plain(ProtoField.ipv4), ipv6 = plain(ProtoField.ipv6),
}

-- srcAddr is src_addr in filters, SSL_CN is ssl_cn.
local function abbreviation(name)
  return (name:gsub("(%l)(%u)", "%1_%2"):lower():gsub("[^%w_]", "_"))
end

local ENDPOINTS = {}
for _, layout in pairs(LAYOUTS) do
  for _, field in ipairs(layout) do
    local name, kind, _, doc = table.unpack(field)
    local suffix = kind == "u16be" and "" or "." .. kind:lower()
    local key = abbreviation(name) .. suffix
    ENDPOINTS[key] = ENDPOINTS[key] or MAKERS[kind]("truepeer." .. key, name, doc)
    field.proto = ENDPOINTS[key]
  end
end

local function prepare(row)
  local abbrev = "truepeer.tlv." .. abbreviation(row.name)
  row.proto = MAKERS[row.kind](abbrev, row.name, row.doc)
  for _, bit in ipairs(row.bits or {}) do
    bit.proto = register(ProtoField.bool(abbrev .. "." .. abbreviation(bit[1]), bit[1], 8, nil, bit[2], bit[3]))
  end
  for _, field in ipairs(row.fields or {}) do prepare(field) end
  for _, child in pairs(row.inside or {}) do prepare(child) end
end
for _, row in pairs(TLVS) do prepare(row) end
truepeer.fields = registered

local function complain(tree, what)
  tree:add_proto_expert_info(malformed, what)
end

local dissect_tlvs

-- Adds a value by its row; false where the octets do not fit.
local function add_value(tree, row, range)
  if row.size and range:len() ~= row.size then return false end
  if row.kind == "u32le" then
    tree:add_le(row.proto, range)
  elseif row.kind == "utf8" then
    tree:add_packet_field(row.proto, range, ENC_UTF_8)
  elseif row.kind == "struct" then
    local at = 0
    for _, field in ipairs(row.fields) do at = at + field.size end
    if range:len() < at or (not row.inside and range:len() > at) then return false end
    local sub = tree:add(row.proto, range)
    at = 0
    for _, field in ipairs(row.fields) do
      add_value(sub, field, range(at, field.size))
      at = at + field.size
    end
    if row.inside and range:len() > at then dissect_tlvs(sub, range(at), row.inside) end
  elseif row.kind == "variant" then
    local child = range:len() > 0 and row.inside[range(0, 1):uint()]
    if not child then return false end
    local sub = tree:add(row.proto, range)
    return add_value(sub, child, range:len() > 1 and range(1) or range(0, 0))
  else
    local item = tree:add(row.proto, range)
    for _, bit in ipairs(row.bits or {}) do item:add(bit.proto, range) end
  end
  return true
end

-- TLVs side by side: type, length of two octets, value.
function dissect_tlvs(tree, range, rows)
  local at, size = 0, range:len()
  while at < size do
    if size - at < 3 then return complain(tree, "stray octets behind the last TLV") end
    local code, length = range(at, 1):uint(), range(at + 1, 2):uint()
    if length > size - at - 3 then return complain(tree, "a TLV is longer than what holds it") end
    local row = rows[code]
    local item = tree:add(F.tlv, range(at, 3 + length))
    item:set_text("TLV " .. (row and row.name or string.format("x%02X", code)))
    item:add(F.type, range(at, 1))
    item:add(F.size, range(at + 1, 2))
    -- A range of no octets must not start at the very end.
    local value = length > 0 and range(at + 3, length) or range(at + 2, 0)
    if not row then
      item:add(F.unregistered, value)
    elseif not add_value(item, row, value) then
      item:add(F.misfit, value)
    end
    at = at + 3 + length
  end
end

local ADDRESS = { ipv4 = Address.ip, ipv6 = Address.ipv6 }

local function dissect_line(range, tree)
  local text = range:raw()
  local ends = text:find("\\r\\n", 1, true)
  if not ends then return end
  local family, rest = text:sub(1, ends - 1):match("^PROXY (%u+%d?)(.*)$")
  local kind = ({ TCP4 = "ipv4", TCP6 = "ipv6" })[family]
  if not kind and family ~= "UNKNOWN" then return end
  local sub = tree:add(truepeer, range(0, ends + 1))
  sub:add(F.version, range(0, 5), 1)
  sub:add(F.line, range(0, ends - 1))
  if not kind then return end
  local source, target, source_port, target_port = rest:match("^ (%S+) (%S+) (%d+) (%d+)$")
  if not source then return complain(sub, "not a version 1 line") end
  sub:add(ENDPOINTS["src_addr." .. kind], range(0, ends - 1), ADDRESS[kind](source))
  sub:add(ENDPOINTS["dst_addr." .. kind], range(0, ends - 1), ADDRESS[kind](target))
  sub:add(ENDPOINTS.src_port, range(0, ends - 1), tonumber(source_port))
  sub:add(ENDPOINTS.dst_port, range(0, ends - 1), tonumber(target_port))
end

local function dissect_header(range, tree)
  local length = range(PREAMBLE.length, 2):uint()
  local whole = PREAMBLE.size + length <= range:len()
  local sub = tree:add(truepeer, range(0, whole and PREAMBLE.size + length or range:len()))
  local first, second = range(PREAMBLE.command, 1), range(PREAMBLE.family, 1)
  sub:add(F.version, first, first:bitfield(0, 4))
  sub:add(F.command, first)
  sub:add(F.family, second)
  sub:add(F.transport, second)
  sub:add(F.length, range(PREAMBLE.length, 2))
  if first:bitfield(0, 4) ~= VERSION then return complain(sub, "not version " .. VERSION) end
  if not whole then return complain(sub, "the header goes on in a later segment") end
  local block = range(PREAMBLE.size, length)
  local at = 0
  for _, field in ipairs(LAYOUTS[second:bitfield(0, 4)] or {}) do
    local _, kind, size = table.unpack(field)
    if at + size > length then return sub:add(F.opaque, block) end
    local part = block(at, size)
    -- An abstract name begins with NUL.
    sub:add(field.proto, kind == "unixPath" and part:len() > 1 and part(0, 1):uint() == 0 and part(1) or part)
    at = at + size
  end
  if at < length then dissect_tlvs(sub, block(at), TLVS) end
end

local payloads = { Field.new("tcp.payload"), Field.new("udp.payload") }

function truepeer.dissector(_, _, tree)
  for _, payload in ipairs(payloads) do
    for _, info in ipairs({ payload() }) do
      local range = info.range
      if range:len() >= PREAMBLE.size and range(0, #SIGNATURE):raw() == SIGNATURE then
        dissect_header(range, tree)
      elseif range:len() > 7 and range(0, 6):raw() == "PROXY " then
        dissect_line(range, tree)
      end
    end
  end
end

register_postdissector(truepeer)
`;
