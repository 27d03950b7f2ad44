/** TLVs side by side, and the value of each by its row. */
export const DISSECT_TLVS = String.raw`-- A range of no octets must not start at the very end.
local function slice(range, from, size)
  if size > 0 then return range(from, size) end
  return range(from > 0 and from - 1 or 0, 0)
end

-- Whether text is UTF-8 without control characters, or printable US-ASCII.
local function is_text(kind, octets)
  if octets:find("[%z\1-\31\127]") then return false end
  if kind == "ascii" then return not octets:find("[\128-\255]") end
  local rest = octets:gsub("[\194-\223][\128-\191]", ""):gsub("[\224-\239][\128-\191][\128-\191]", "")
  return not rest:gsub("[\240-\244][\128-\191][\128-\191][\128-\191]", ""):find("[\128-\255]")
end

local dissect_tlvs

-- Adds the fixed fields of a struct and the TLVs behind them.
local function add_struct(tree, row, range, state)
  local sub = tree:add(row.proto, range)
  local at = 0
  for _, field in ipairs(row.fields) do
    local part = range(at, field.size)
    local item = sub[field.kind:find("^u%d+le$") and "add_le" or "add"](sub, field.proto, part)
    for _, bit in ipairs(field.bits or {}) do item:add(bit.proto, part) end
    at = at + field.size
  end
  if row.inside and range:len() > at then dissect_tlvs(sub, range(at), row.inside, state) end
end

local function fits(row, size)
  return size >= row.min and size <= row.max
end

-- Adds a value by its row; false where no row says what the octets are.
local function add_value(tree, row, range, state)
  if not fits(row, range:len()) then return false end
  if row.kind == "struct" then
    add_struct(tree, row, range, state)
  elseif row.kind == "variant" then
    local child = row.inside[range(0, 1):uint()]
    if not child then return false end
    return add_value(tree:add(row.proto, range), child, slice(range, 1, range:len() - 1), state)
  elseif row.kind:find("^u%d+le$") then
    tree:add_le(row.proto, range)
  elseif row.kind == "utf8" or row.kind == "ascii" then
    local item = tree:add_packet_field(row.proto, range, ENC_UTF_8)
    if not is_text(row.kind, range:len() > 0 and range:raw() or "") then note(item or tree, "bad_text") end
  else
    local item = tree:add(row.proto, range)
    for _, bit in ipairs(row.bits or {}) do item:add(bit.proto, range) end
  end
  return true
end

local function is_reserved(code)
  for _, range in ipairs(RESERVED) do
    if range[1] <= code and code <= range[2] then return true end
  end
  return false
end

local function add_tlv(item, row, value, state, seen, top)
  local is_checksum = row and row.role == "checksum"
  local ignored = state.ignored and not is_checksum
  if row and row.once then
    if not fits(row, value:len()) then fail(item, "TLV_BAD_LENGTH", ignored) end
    if seen[row] then fail(item, "TLV_DUPLICATE", ignored) end
    seen[row] = true
  end
  if not row then
    if top and is_reserved(state.code) then note(item, "reserved") end
    item:add(F.unregistered, value)
  elseif not add_value(item, row, value, state) then
    item:add(F.misfit, value)
    if not row.once then note(item, "misfit") end
  elseif is_checksum and not state.checksum then
    state.checksum = value
  end
end

-- TLVs side by side: type, length of two octets, value. Stops where the structure is broken.
function dissect_tlvs(tree, range, rows, state)
  local at, size, seen = 0, range:len(), {}
  while at < size and not state.broken do
    local stray = size - at < 3
    if stray or range(at + 1, 2):uint() > size - at - 3 then
      state.broken = true
      return fail(tree:add(F.opaque, range(at)), stray and "TLV_STRAY_OCTETS" or "TLV_OVERRUN", state.ignored)
    end
    local code, length = range(at, 1):uint(), range(at + 1, 2):uint()
    local row = rows[code]
    local item = tree:add(F.tlv, range(at, 3 + length))
    item:set_text("TLV " .. (row and row.name or string.format("x%02X", code)))
    item:add(F.type, range(at, 1))
    item:add(F.size, range(at + 1, 2))
    state.count, state.code = state.count + 1, code
    if state.count == MOST_TLVS + 1 then fail(item, "TLV_TOO_MANY", state.ignored) end
    add_tlv(item, row, slice(range, at + 3, length), state, seen, rows == TLVS)
    at = at + 3 + length
  end
end

-- Whether the octets are whole TLVs and nothing else, and where the value of a checksum among them begins. Type 0 is
-- nobody's: zeros are no TLVs but addresses that are left out.
local function are_tlvs(octets)
  local at, checksum = 0, nil
  while at + 2 < #octets do
    local code, high, low = octets:byte(at + 1, at + 3)
    local row = TLVS[code]
    if code == 0 then return false end
    if row and row.role == "checksum" and high * 256 + low == 4 then checksum = checksum or at + 3 end
    at = at + 3 + high * 256 + low
  end
  return at == #octets, checksum
end
`;
