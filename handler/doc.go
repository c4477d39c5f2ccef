// Package handler is the corridor of the function: an event comes in, is
// parsed, what it asks for is planned and done, and the reply goes out.
//
//	[]byte → trigger.Parse → Event → plan → []*removal → elasticsearch.Client → reply
package handler
