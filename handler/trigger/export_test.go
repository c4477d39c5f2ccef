package trigger

// Members is members, for its fuzz test.
var Members = members
