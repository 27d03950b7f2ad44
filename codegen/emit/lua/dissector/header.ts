/** A header of version 2. */
export const DISSECT_HEADER = String.raw`-- Lua 5.2 has exclusive or in a library, later ones as an operator that 5.2 cannot parse.
local xor = bit32 and bit32.bxor or load("return function(a, b) return a ~ b end")()

local CRC = {}
for octet = 0, 255 do
  local crc = octet
  for _ = 1, 8 do
    local half = math.floor(crc / 2)
    crc = crc % 2 == 1 and xor(half, POLYNOMIAL) or half
  end
  CRC[octet] = crc
end

-- The checksum of a header in which the four octets at an offset count as zero.
local function checksum_of(octets, zeroed)
  local crc = 0xffffffff
  for i = 1, #octets do
    local octet = (i > zeroed and i <= zeroed + 4) and 0 or octets:byte(i)
    crc = xor(math.floor(crc / 256), CRC[xor(crc % 256, octet)])
  end
  return xor(crc, 0xffffffff)
end

-- Where the TLVs of a header without a client begin: right behind the preamble, for its family means nothing, or behind
-- the block of that family. Where they could do both, a checksum that is right decides.
local function opaque_tlvs(range, layout)
  local octets = range:raw()
  local first
  for _, at in ipairs({ 0, layout and layout.size }) do
    local whole, checksum = are_tlvs(octets:sub(PREAMBLE.size + at + 1))
    if whole and at <= #octets - PREAMBLE.size then
      first = first or at
      local place = checksum and PREAMBLE.size + at + checksum
      if place and checksum_of(octets, place) == range(place, 4):uint() then return at end
    end
  end
  return first
end

local function add_addresses(tree, block, layout)
  local at, texts = 0, {}
  for _, field in ipairs(layout) do
    local part = block(at, field.size)
    -- An abstract name begins with NUL.
    local abstract = field.kind == "unixPath" and part:len() > 1 and part(0, 1):uint() == 0
    tree:add(field.proto, abstract and part(1) or part)
    if field.kind == "ipv4" then texts[field.name] = tostring(part:ipv4())
    elseif field.kind == "ipv6" then texts[field.name] = tostring(part:ipv6())
    elseif field.kind == "u16be" then texts[field.name] = part:uint() end
    at = at + field.size
  end
  if not texts.srcPort then return end
  tree:append_text(string.format(", client %s port %d, server %s port %d", texts.srcAddr, texts.srcPort, texts.dstAddr, texts.dstPort))
end

local function add_checksum(tree, range, stated)
  local computed = checksum_of(range:raw(), stated:offset() - range:offset())
  local good = computed == stated:uint()
  tree:add(F.computed, stated, computed):set_generated()
  local item = tree:add(F.status, stated, good and 1 or 0):set_generated()
  if not good then fail(item, "BAD_CHECKSUM", false, string.format(", which is 0x%08x", computed)) end
end

-- The block behind the preamble: addresses where there is a client, then TLVs.
local function add_block(tree, range, length, layout, proxied)
  local block = range(PREAMBLE.size, length)
  local state = { count = 0, ignored = not proxied }
  local at = proxied and layout.size or opaque_tlvs(range, layout)
  if proxied then add_addresses(tree, block, layout) end
  if not proxied and at ~= 0 then tree:add(F.opaque, at and block(0, at) or block) end
  if at and at < length then dissect_tlvs(tree, block(at), TLVS, state) end
  if state.checksum and not state.broken then add_checksum(tree, range, state.checksum) end
end

local function dissect_header(range, tree)
  local length = range(PREAMBLE.length, 2):uint()
  local whole = PREAMBLE.size + length <= range:len()
  range = whole and range(0, PREAMBLE.size + length) or range
  local sub = tree:add(truepeer, range)
  local first, second = range(PREAMBLE.command, 1), range(PREAMBLE.family, 1)
  local version, command = first:bitfield(0, 4), first:bitfield(4, 4)
  local family, transport = second:bitfield(0, 4), second:bitfield(4, 4)
  local version_item, command_item = sub:add(F.version, first, version), sub:add(F.command, first)
  if version ~= VERSION then fail(version_item, "V2_BAD_VERSION")
  elseif not COMMANDS[command] then fail(command_item, "V2_BAD_COMMAND") end
  local family_item, transport_item = sub:add(F.family, second), sub:add(F.transport, second)
  local is_local = command == LOCAL
  local layout = LAYOUTS[family]
  local proxied = not is_local and PAIRS[second:uint()] and layout ~= nil
  if not is_local and version == VERSION then
    if not FAMILIES[family] then fail(family_item, "V2_BAD_FAMILY")
    elseif not TRANSPORTS[transport] then fail(transport_item, "V2_BAD_TRANSPORT")
    elseif not PAIRS[second:uint()] and second:uint() > 0 then note(transport_item, "undefined_pair") end
  end
  local length_item = sub:add(F.length, range(PREAMBLE.length, 2))
  if version ~= VERSION then return end
  if length > LONGEST_BLOCK then fail(length_item, "V2_TOO_LONG", false, ", whose default is " .. LONGEST_BLOCK) end
  if proxied and length < layout.size then
    fail(length_item, "V2_ADDRESS_TOO_SHORT")
  elseif whole and length > 0 then
    add_block(sub, range, length, layout, proxied)
  end
  return sub, whole
end

-- Octets of the header that text begins with; nil where more are needed to tell.
local function length_of_header(text)
  if #text < PREAMBLE.size then return nil end
  local first, high, low = text:byte(PREAMBLE.command + 1), text:byte(PREAMBLE.length + 1, PREAMBLE.length + 2)
  local length = PREAMBLE.size + high * 256 + low
  if math.floor(first / 16) ~= VERSION or #text >= length then return math.min(length, #text) end
  return nil
end
`;
