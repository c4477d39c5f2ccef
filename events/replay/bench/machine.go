package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

// machine says where and when this ran, and how busy the machine was before: on one with other work the spread tells
// more than the medians.
func machine() string {
	return fmt.Sprintf("%s, %d cores (%s), %s, Linux %s, load %s before",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), processor(), runtime.Version(),
		firstWord("/proc/sys/kernel/osrelease"), firstWord("/proc/loadavg"))
}

func firstWord(file string) string {
	content, _ := os.ReadFile(file)
	word, _, _ := strings.Cut(strings.TrimSpace(string(content)), " ")
	return word
}

func processor() string {
	content, _ := os.ReadFile("/proc/cpuinfo")
	_, after, _ := strings.Cut(string(content), "model name")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimLeft(line, "\t :")
}
