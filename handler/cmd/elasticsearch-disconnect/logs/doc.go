// Package logs sets up, in Log Service, what shows the log of the function and raises alerts
// about it: a project, a logstore, an index, alerts and a dashboard. It has the aliyun CLI do
// so. Their definitions are the files of handler/logs.
//
// Several functions may write to one logstore. So the alerts and the dashboard bear the
// function's name, and ask for its lines alone; project, logstore and index are for all.
package logs
