module elasticsearch-disconnect

go 1.26.0

require (
	github.com/aliyun/credentials-go v1.4.14 // indirect
	github.com/aliyun/fc-runtime-go-sdk v0.3.1 // indirect
	github.com/google/uuid v1.6.0 // indirect
)
