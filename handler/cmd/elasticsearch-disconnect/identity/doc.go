// Package identity says which credentials count, gets them, and asks as whom they work.
//
// The first source that is configured counts, whether it can be used or not. One that
// cannot be used is an error: the next source would be another identity, and perhaps
// another account.
//
//	 1  --profile                              a profile of ~/.aliyun/config.json
//	 2  ALIBABA_CLOUD_ACCESS_KEY_ID            with _ACCESS_KEY_SECRET, and _SECURITY_TOKEN of a session
//	 3  ALIBABA_CLOUD_OIDC_TOKEN_FILE          with _OIDC_PROVIDER_ARN and _ROLE_ARN
//	 4  ALIBABA_CLOUD_PROFILE                  of ~/.aliyun/config.json, else of ~/.alibabacloud/credentials
//	 5  ALIBABA_CLOUD_CONFIG_FILE              in the place of ~/.aliyun/config.json: its current profile
//	 6  ALIBABA_CLOUD_CREDENTIALS_FILE         in the place of ~/.alibabacloud/credentials: its profile default
//	 7  ALIBABA_CLOUD_ECS_METADATA             the RAM role of this machine that it names
//	 8  ALIBABA_CLOUD_CREDENTIALS_URI          a service that hands out credentials
//	 9  ~/.aliyun/config.json                  the current profile
//	10  ~/.alibabacloud/credentials            the profile default
//	11  the RAM role of this machine           from the metadata service of ECS
//
// This is the order of credentials-go, Alibaba Cloud's library, except that what a flag or a
// variable names counts before what lies in a file or is found on the machine, and that any
// variable of 2 or of 3 makes that source configured. As with Alibaba Cloud's tools,
// ALIBABA_CLOUD_CLI_PROFILE_DISABLED or ALIBABA_CLOUD_IGNORE_PROFILE turns off config.json
// unless --profile names one of it, and ALIBABA_CLOUD_ECS_METADATA_DISABLED the machine.
//
// credentials-go takes what is empty from the environment, and so would mix two identities:
// it gets every part, checked, and only for OIDC and CloudSSO. It would send requests
// for metadata through a proxy, print what a command answers, and send the token of an
// AssumeRole to where a redirect leads: those are asked here. No text of it is shown, since
// it quotes whole answers. A session that the aliyun CLI renews and
// writes down (OAuth) is used while it lasts; to write into that file is left to the CLI.
//
// Each error is a [connection.Error] whose Message says what to do.
package identity
