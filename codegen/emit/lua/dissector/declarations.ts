/** What a filter can name: fields, errors and remarks. */
export const DECLARATIONS = String.raw`local truepeer = Proto("truepeer", "PROXY protocol (truepeer)")
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
  computed = ProtoField.uint32("truepeer.checksum.computed", "Computed checksum", base.HEX),
  status = ProtoField.uint8("truepeer.checksum.status", "Checksum status", base.DEC, { [0] = "Bad", [1] = "Good" }),
  error = ProtoField.string("truepeer.error", "Error"),
  part = ProtoField.bytes("truepeer.part", "Part of a header"),
  segment = ProtoField.framenum("truepeer.segment", "Segment in frame"),
  reassembled = ProtoField.framenum("truepeer.reassembled_in", "Whole header in frame"),
}

-- Errors make a receiver refuse the header: truepeer.error holds the code, truepeer.error.NAME is the expert info.
-- Remarks do not: truepeer.remark.NAME.
local experts = {}

local function expert_info(abbrev, text, group, severity)
  local info = ProtoExpert.new("truepeer." .. abbrev, text, group, severity)
  experts[#experts + 1] = info
  return info
end

for name, row in pairs(ERRORS) do
  local group = name == "BAD_CHECKSUM" and expert.group.CHECKSUM or expert.group.MALFORMED
  row.expert = expert_info("error." .. name:lower(), row.text, group, expert.severity.ERROR)
end

local function remark(name, text, severity, group)
  return { text = text, expert = expert_info("remark." .. name, text, group or expert.group.PROTOCOL, severity) }
end

local REMARKS = {
  incomplete = remark("incomplete", "The header goes on in a later segment", expert.severity.NOTE, expert.group.REASSEMBLE),
  undefined_pair = remark("undefined_pair", "The standard does not name this pair of family and transport", expert.severity.WARN),
  ignored = remark("ignored", "Receivers ignore this: the header names no client", expert.severity.NOTE),
  misfit = remark("misfit", "The octets do not fit the row of this number, which others may use, too", expert.severity.NOTE),
  bad_text = remark("bad_text", "The text holds octets that its type does not allow", expert.severity.WARN),
  reserved = remark("reserved", "Nobody may send this type", expert.severity.WARN),
  second_header = remark("second_header", "Another header follows, and a server reads only one", expert.severity.WARN),
}
truepeer.experts = experts

local function note(item, name)
  item:add_proto_expert_info(REMARKS[name].expert, REMARKS[name].text)
end

-- Errors of a header that names no client spoil nothing; they are noted as what is ignored.
local function fail(item, name, ignored, detail)
  local row = ERRORS[name]
  local text = row.text .. (detail or "")
  if ignored then
    item:add_proto_expert_info(REMARKS.ignored.expert, text)
  else
    item:add(F.error, row.code):set_generated()
    item:add_proto_expert_info(row.expert, text)
  end
end

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
  u16le = number(ProtoField.uint16), u64le = number(ProtoField.uint64),
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
    local suffix = field.kind == "u16be" and "" or "." .. field.kind:lower()
    local key = abbreviation(field.name) .. suffix
    ENDPOINTS[key] = ENDPOINTS[key] or MAKERS[field.kind]("truepeer." .. key, field.name, field.doc)
    field.proto = ENDPOINTS[key]
  end
end

local function prepare(row)
  local abbrev = "truepeer.tlv." .. abbreviation(row.name)
  row.proto = MAKERS[row.kind](abbrev, row.name, row.doc)
  for _, bit in ipairs(row.bits or {}) do
    bit.proto = register(ProtoField.bool(abbrev .. "." .. abbreviation(bit.name), bit.name, 8, nil, bit.code, bit.doc))
  end
  for _, field in ipairs(row.fields or {}) do prepare(field) end
  for _, child in pairs(row.inside or {}) do prepare(child) end
end
for _, row in pairs(TLVS) do prepare(row) end
truepeer.fields = registered
`;
