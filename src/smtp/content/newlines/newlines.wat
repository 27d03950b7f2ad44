;; Looks for bare newlines and for dots at the start of lines, 16 octets at a step (RFC 5321 2.3.8, 4.5.2).
;;
;; A pair of neighbours (a, b) holds no bare CR or LF when (a is CR) = (b is LF), and a line may begin with a stuffed
;; dot where (a is LF) and (b is "."). So two loads and four comparisons answer both questions for 16 pairs.
;;
;; Input stands in memory with two octets in front that say what came before it, and neutral octets behind it.
(module
  (memory (export "memory") 3)

  ;; Not 0 once a bare newline has been seen.
  (global $bare (export "bare") (mut i32) (i32.const 0))
  ;; Where the next octet of output goes.
  (global $out (export "out") (mut i32) (i32.const 0))

  ;; Judges the pairs from (p, p + 1) to (end - 1, end). Returns the index of the first dot behind a LF, or end.
  (func (export "survey") (param $p i32) (param $end i32) (result i32)
    (local $here v128) (local $next v128) (local $bad v128) (local $dots v128) (local $seen v128) (local $lane i32)
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $here (v128.load (local.get $p)))
        (local.set $next (v128.load offset=1 (local.get $p)))
        (local.set $bad (v128.xor
          (i8x16.eq (local.get $here) (i8x16.splat (i32.const 13)))
          (i8x16.eq (local.get $next) (i8x16.splat (i32.const 10)))))
        (local.set $dots (v128.and
          (i8x16.eq (local.get $here) (i8x16.splat (i32.const 10)))
          (i8x16.eq (local.get $next) (i8x16.splat (i32.const 46)))))
        (if (v128.any_true (local.get $dots))
          (then
            (local.set $lane (i32.ctz (i8x16.bitmask (local.get $dots))))
            (call $note (local.get $bad) (local.get $lane))
            (local.set $p (i32.add (i32.add (local.get $p) (local.get $lane)) (i32.const 1)))
            (br $done)))
        (local.set $seen (v128.or (local.get $seen) (local.get $bad)))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (br $more)))
    (global.set $bare (i32.or (global.get $bare) (v128.any_true (local.get $seen))))
    (select (local.get $end) (local.get $p) (i32.gt_u (local.get $p) (local.get $end))))

  ;; Copies the input from p on, which stands behind a dropped dot, to $out, without the dots at the start of lines.
  ;; Returns the index of the dot that ends the content, or that is too near the end of the input to tell; or end.
  (func (export "unstuff") (param $p i32) (param $end i32) (result i32)
    (local $here v128) (local $next v128) (local $bad v128) (local $dots v128) (local $seen v128) (local $lane i32)
    ;; The dropped dot is no CR.
    (global.set $bare (i32.or (global.get $bare) (i32.eq (i32.load8_u (local.get $p)) (i32.const 10))))
    (block $done
      (loop $more
        (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
        (local.set $here (v128.load (local.get $p)))
        (local.set $next (v128.load offset=1 (local.get $p)))
        (local.set $bad (v128.xor
          (i8x16.eq (local.get $here) (i8x16.splat (i32.const 13)))
          (i8x16.eq (local.get $next) (i8x16.splat (i32.const 10)))))
        (local.set $dots (v128.and
          (i8x16.eq (local.get $here) (i8x16.splat (i32.const 10)))
          (i8x16.eq (local.get $next) (i8x16.splat (i32.const 46)))))
        (v128.store (global.get $out) (local.get $here))
        (if (v128.any_true (local.get $dots))
          (then
            (local.set $lane (i32.ctz (i8x16.bitmask (local.get $dots))))
            (call $note (local.get $bad) (local.get $lane))
            (local.set $lane (i32.add (local.get $lane) (i32.const 1)))
            (local.set $p (i32.add (local.get $p) (local.get $lane)))
            (global.set $out (i32.add (global.get $out) (local.get $lane)))
            ;; Only a dot behind CRLF begins a line; one behind a bare LF is content.
            (br_if $more (i32.ne (i32.load8_u (i32.sub (local.get $p) (i32.const 2))) (i32.const 13)))
            (br_if $done (i32.ge_u (i32.add (local.get $p) (i32.const 2)) (local.get $end)))
            (br_if $done (i32.eq (i32.load16_u offset=1 (local.get $p)) (i32.const 0x0a0d)))
            (local.set $p (i32.add (local.get $p) (i32.const 1)))
            (global.set $bare (i32.or (global.get $bare) (i32.eq (i32.load8_u (local.get $p)) (i32.const 10))))
            (br $more)))
        (local.set $seen (v128.or (local.get $seen) (local.get $bad)))
        (local.set $p (i32.add (local.get $p) (i32.const 16)))
        (global.set $out (i32.add (global.get $out) (i32.const 16)))
        (br $more)))
    (global.set $bare (i32.or (global.get $bare) (v128.any_true (local.get $seen))))
    (if (i32.gt_u (local.get $p) (local.get $end))
      (then
        (global.set $out (i32.sub (global.get $out) (i32.sub (local.get $p) (local.get $end))))
        (local.set $p (local.get $end))))
    (local.get $p))

  ;; Takes note of bare newlines in the lanes 0 to $lane.
  (func $note (param $bad v128) (param $lane i32)
    (global.set $bare (i32.or (global.get $bare)
      (i32.and (i8x16.bitmask (local.get $bad)) (i32.sub (i32.shl (i32.const 2) (local.get $lane)) (i32.const 1)))))))
