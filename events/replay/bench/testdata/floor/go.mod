module elasticsearch-disconnect/events/replay/bench/testdata/floor

go 1.26.0

require github.com/aliyun/fc-runtime-go-sdk v0.3.1
