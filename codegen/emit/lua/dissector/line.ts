/** A line of version 1, read by its grammar. */
export const DISSECT_LINE = String.raw`local function is_number(text, most)
  return #text > 0 and #text <= #tostring(most) and not text:find("^0.") and tonumber(text) <= most
end

local function is_ipv4(text)
  local parts = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  for _, part in ipairs(parts) do
    if not is_number(part, 255) then return false end
  end
  return #parts == 4
end

-- How many groups of hex digits stand there, colons between; nil where anything else does.
local function groups_in(text)
  local count = 0
  if text == "" then return 0 end
  for group in (text .. ":"):gmatch("(.-):") do
    if not group:find("^%x%x?%x?%x?$") then return nil end
    count = count + 1
  end
  return count
end

local function is_ipv6(text)
  local quad = text:match("^::[fF][fF][fF][fF]:(.*%..*)$")
  if quad then return is_ipv4(quad) end
  local left, right = text:match("^(.-)::(.*)$")
  if not left then return groups_in(text) == 8 end
  local before, behind = groups_in(left), groups_in(right)
  return before ~= nil and behind ~= nil and before + behind < 8
end

local function is_port(text) return is_number(text, 65535) end

-- Forms are what a word may be made of, the first that fits.
local WORDS = {
  ipv4 = { forms = { "^%d*%.?%d*%.?%d*%.?%d*" }, holds = is_ipv4, error = "V1_BAD_IPV4", address = Address.ip },
  ipv6 = { forms = { "^::[fF][fF][fF][fF]:%d+%.%d*%.?%d*%.?%d*", "^[%x:.]*" }, holds = is_ipv6, error = "V1_BAD_IPV6", address = Address.ipv6 },
  port = { forms = { "^%d*" }, holds = is_port, error = "V1_BAD_PORT" },
}

local LINE_END = "\r\n"

local function literal_error(text)
  if text == " " then return "V1_BAD_SEPARATOR" end
  return text == LINE_END and "V1_BAD_LINE_END" or "V1_BAD_KEYWORD"
end

-- Where a production that begins at an offset ends; else nil, the error and where it is. Words go to found.
local function match(production, line, at, found)
  if type(production) == "string" then
    for i = 1, #production do
      if line:byte(at + i) ~= production:byte(i) then return nil, literal_error(production), at + i - 1 end
    end
    return at + #production
  elseif production.seq then
    local fault, where
    for _, part in ipairs(production.seq) do
      at, fault, where = match(part, line, at, found)
      if not at then return nil, fault, where end
    end
    return at
  elseif production.alt then
    local furthest = -1
    local fault
    for _, part in ipairs(production.alt) do
      local ends, reason, where = match(part, line, at, found)
      if ends then return ends end
      if where > furthest then furthest, fault = where, reason end
    end
    return nil, fault, furthest
  elseif production.opt then
    local ends, fault, where = match(production.opt, line, at, found)
    if not ends and where > at then return nil, fault, where end
    return ends or at
  elseif production.skip then
    local ends = (line:find("[\r\n]", at + 1) or #line + 1) - 1
    if ends > LONGEST_LINE - #LINE_END then return nil, "V1_TOO_LONG", LONGEST_LINE - #LINE_END end
    return ends
  end
  local word = WORDS[production.is]
  local text
  for _, form in ipairs(word.forms) do text = text or line:match(form, at + 1) end
  if not word.holds(text) then return nil, word.error, at end
  found[#found + 1] = { field = production.field, is = production.is, at = at, text = text }
  return at + #text
end

local function add_word(tree, range, word)
  local key = abbreviation(word.field)
  local part = range(word.at, #word.text)
  local address = WORDS[word.is].address
  if address then
    tree:add(ENDPOINTS[key .. "." .. word.is], part, address(word.text))
  else
    tree:add(ENDPOINTS[key], part, tonumber(word.text))
  end
end

local function dissect_line(range, tree)
  local text = range:raw()
  local ends = text:find("\n", 1, true)
  range = range(0, math.min(ends or #text, LONGEST_LINE))
  text = range:raw()
  local shown = text:match("^[^\r\n]*")
  local sub = tree:add(truepeer, range)
  local words = {}
  sub:add(F.version, range(0, #KEYWORD), 1)
  local line = sub:add(F.line, range(0, #shown))
  local _, fault, where = match(GRAMMAR, text, 0, words)
  for _, word in ipairs(words) do add_word(sub, range, word) end
  if fault then fail(line, fault, false, " at octet " .. where) end
  return sub, true
end

-- Octets of the line that text begins with; nil where more are needed to tell.
local function length_of_line(text)
  local ends = text:find("\n", 1, true)
  if ends or #text >= LONGEST_LINE then return math.min(ends or #text, LONGEST_LINE) end
  return nil
end
`;
