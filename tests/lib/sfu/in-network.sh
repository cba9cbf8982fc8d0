#!/bin/sh
# Runs a command in a network of its own, which reaches no other and ends with it. An SFU and
# browsers need an interface besides loopback for ICE: here two that are plugged into each other. They
# give themselves no address later: Chromium would end all requests that are under way.
set -eu
[ "$(id -u)" = 0 ] && how=-n || how=-Urn
exec unshare "$how" sh -euc '
  ip link set lo up
  ip link add sotto0 type veth peer name sotto1
  ip address add 10.99.0.1/24 dev sotto0
  ip link set sotto0 up addrgenmode none
  ip link set sotto1 up addrgenmode none
  ip route add default dev sotto0
  exec "$@"
' sh "$@"
