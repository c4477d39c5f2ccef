package acs3_test

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"elasticsearch-disconnect/handler/acs3"
)

// The worked example of the documentation. Time and Nonce are fixed here; give each
// attempt the time of day and a nonce of its own.
func ExampleSign() {
	r, err := http.NewRequest(http.MethodPost, "https://ecs.cn-shanghai.aliyuncs.com/"+
		"?RegionId=cn-shanghai&ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	r.Header.Set("x-acs-action", "RunInstances")
	r.Header.Set("x-acs-version", "2014-05-26")

	acs3.Sign(r, acs3.Input{
		Credentials: acs3.Credentials{
			AccessKeyID:     acs3.NewSecret("YourAccessKeyId"),
			AccessKeySecret: acs3.NewSecret("YourAccessKeySecret"),
		},
		Time:  time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC),
		Nonce: "3156853299f313e23d1673dc12e1703d",
	})

	fmt.Println(r.URL.RawQuery)
	fmt.Println(strings.ReplaceAll(r.Header.Get("Authorization"), ",", ",\n"))
	// Output:
	// ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai
	// ACS3-HMAC-SHA256 Credential=YourAccessKeyId,
	// SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,
	// Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0
}
