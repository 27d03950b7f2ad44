/** Segments of a connection put together until its header is whole. */
export const REASSEMBLE = String.raw`local VERSIONS = {
  { begins = SIGNATURE, length = length_of_header, dissect = dissect_header },
  { begins = KEYWORD, length = length_of_line, dissect = dissect_line },
}

-- The version that the first octets of a connection are of, or may become; nil where it has no header.
local function version_of(text)
  for _, version in ipairs(VERSIONS) do
    local size = math.min(#text, #version.begins)
    if text:sub(1, size) == version.begins:sub(1, size) then return version end
  end
  return nil
end

local function dissect(version, range, tree)
  local sub, whole = version.dissect(range, tree)
  local length = version.length(range:raw())
  if not sub or not whole or not length or length >= range:len() then return end
  local behind = range(length):raw()
  for _, other in ipairs(VERSIONS) do
    if behind:sub(1, #other.begins) == other.begins then note(sub, "second_header") end
  end
end

local TCP = {}
for name, field in pairs({ stream = "stream", port = "srcport", sequence = "seq_raw", size = "len", syn = "flags.syn", fin = "flags.fin", reset = "flags.reset", payload = "payload" }) do
  TCP[name] = Field.new("tcp." .. field)
end
local udp_payload = Field.new("udp.payload")

-- By connection and direction, what came so far; by frame, what is shown there; and the last frame that was followed.
-- All are of one capture. A pass over it without a tree shows no fields, so that the next one is the first.
local flows, frames, last = {}, {}, 0
function truepeer.init() flows, frames, last = {}, {}, 0 end

local MOST_PENDING = 64
local FURTHEST = PREAMBLE.size + 0xffff

-- Takes a segment into its flow, at its place behind the first octet, whatever the order they come in.
local function take(flow, offset, text, frame)
  if offset > FURTHEST or #flow.pending >= MOST_PENDING then return end
  table.insert(flow.pending, { offset = offset, text = text, frame = frame })
  local moved = true
  while moved do
    moved = false
    for i, each in ipairs(flow.pending) do
      if each.offset <= #flow.text then
        local new = each.text:sub(#flow.text - each.offset + 1)
        if #new > 0 then flow.frames[#flow.frames + 1] = each.frame end
        flow.text, moved = flow.text .. new, true
        table.remove(flow.pending, i)
        break
      end
    end
  end
end

-- What a segment shows of the header of its flow; nothing where that has none.
local function follow(flow, offset, text, frame)
  take(flow, offset, text, frame)
  local version = version_of(flow.text)
  local whole = version and #flow.text >= #version.begins and version.length(flow.text) ~= nil
  if version and not whole then return { version = version, flow = flow } end
  -- A header in one segment is shown in the octets of the packet, and its text is not kept.
  local alone = #flow.frames == 1 and offset == 0
  flow.done, flow.frame, flow.header = true, frame, not alone and flow.text or nil
  flow.text, flow.pending = nil, nil
  return version and { version = version, flow = flow, whole = true, alone = alone }
end

-- A frame is followed once, in the order of the capture.
local function visit(frame)
  local all = {}
  for name, field in pairs(TCP) do all[name] = { field() } end
  if #all.stream == 0 then return end
  last = frame
  local index = 0
  for i, stream in ipairs(all.stream) do
    local key = stream.value .. " " .. all.port[i].value
    local sequence, size = all.sequence[i].value, all.size[i].value
    if all.syn[i].value then
      sequence = (sequence + 1) % 0x100000000
      flows[key] = { base = sequence, text = "", pending = {}, frames = {} }
    end
    if size > 0 then index = index + 1 end
    local payload = size > 0 and all.payload[index]
    if payload then
      flows[key] = flows[key] or { base = sequence, text = "", pending = {}, frames = {} }
      local flow = flows[key]
      if not flow.done then
        local offset = (sequence - flow.base) % 0x100000000
        local entry = follow(flow, offset, payload.range:raw(), frame)
        if entry then
          frames[frame] = frames[frame] or {}
          frames[frame][index] = entry
        end
      end
    end
    local flow = flows[key]
    if flow and not flow.done and #flow.text > 0 and (all.fin[i].value or all.reset[i].value) then
      flow.done = true
      frames[frame] = frames[frame] or {}
      frames[frame].ended = flow
    end
  end
end

local function add_part(entry, range, tree)
  local sub = tree:add(truepeer, range)
  sub:append_text(", part of a header")
  sub:add(F.part, range)
  note(sub, "incomplete")
  if entry.flow.frame then sub:add(F.reassembled, entry.flow.frame):set_generated() end
end

local function show(entry, range, tree)
  if not entry.whole then return add_part(entry, range, tree) end
  if entry.alone then return dissect(entry.version, range, tree) end
  local whole = ByteArray.new(entry.flow.header, true):tvb("PROXY header")
  local sub = tree:add(truepeer, whole:range(), "Segments of a PROXY header: " .. #entry.flow.frames)
  for _, frame in ipairs(entry.flow.frames) do sub:add(F.segment, frame):set_generated() end
  dissect(entry.version, whole:range(), tree)
end

function truepeer.dissector(_, pinfo, tree)
  if pinfo.number > last then visit(pinfo.number) end
  local shown = frames[pinfo.number]
  if shown then
    for i, payload in ipairs({ TCP.payload() }) do
      if shown[i] then show(shown[i], payload.range, tree) end
    end
    if shown.ended then fail(tree:add(truepeer), "INCOMPLETE_HEADER") end
  end
  for _, payload in ipairs({ udp_payload() }) do
    local text = payload.range:raw()
    local version = version_of(text)
    if version and #text >= #version.begins then
      if version.length(text) then dissect(version, payload.range, tree)
      else fail(tree:add(truepeer, payload.range), "INCOMPLETE_HEADER") end
    end
  end
end

register_postdissector(truepeer)
`;
