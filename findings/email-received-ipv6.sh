#!/usr/bin/env bash
# One would guess: a parser of Received lines that knows Postfix's format reads it for an IPv6 client, too.
# What happens: Email::Received 1.00 (rules taken over from SpamAssassin) knows IPv4 only: for [IPv6:2001:db8::1], the form of
#   RFC 5321, section 4.1.3, and for the bare form it returns undef: no ip, and no helo, id or by either. Mail::Field::Received
#   0.26 reads all other fields and leaves the address out.
# Why it matters: a trace with one hop over IPv6 has a hole or ends there; undef means "no Received line I know", so that
#   nobody sees that only the family was new. Keep the client's address in a field of your own when you count on it.
# Seen: libemail-received-perl 1.00-3, libmail-field-received-perl 0.26-1.1 (Debian 12).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
(cd "$tmp" && apt-get download libemail-received-perl=1.00-3 libmail-field-received-perl=0.26-1.1 libmailtools-perl libtimedate-perl libregexp-common-perl >/dev/null 2>&1 && for deb in *.deb; do dpkg-deb -x "$deb" .; done)
cat >"$tmp/run.pl" <<'PL'
use strict; use Email::Received; use Mail::Field; use Mail::Field::Received;
for my $client ('192.0.2.1', 'IPv6:2001:db8::1', '2001:db8::1') {
    my $line = "from mail.example.net (mail.example.net [$client]) by mx.example.org (Postfix) with ESMTPS id 4XYZ for <bob\@example.org>; Fri, 20 Nov 2026 09:55:06 +0100 (CET)";
    my $first = parse_received($line);
    my $second = Mail::Field->new('Received', $line)->parse_tree;
    print "[$client]\n";
    print '  Email::Received: ', $first ? join(', ', map { "$_ $first->{$_}" } grep { $first->{$_} } sort keys %$first) : 'undef', "\n";
    print '  Mail::Field::Received: address ', $second->{from}{address} // 'undef', ", id $second->{id}{id}, by $second->{by}{domain}\n";
}
PL
cat >"$tmp/expected" <<'TEXT'
[192.0.2.1]
  Email::Received: by mx.example.org, helo mail.example.net, id 4XYZ, ip 192.0.2.1, rdns mail.example.net
  Mail::Field::Received: address 192.0.2.1, id 4XYZ, by mx.example.org
[IPv6:2001:db8::1]
  Email::Received: undef
  Mail::Field::Received: address undef, id 4XYZ, by mx.example.org
[2001:db8::1]
  Email::Received: undef
  Mail::Field::Received: address undef, id 4XYZ, by mx.example.org
TEXT
PERL5LIB="$tmp/usr/share/perl5" perl "$tmp/run.pl" | tee "$tmp/seen"
diff "$tmp/expected" "$tmp/seen" || { echo 'the behaviour has changed'; exit 1; }
