package fleettest

import (
	"encoding/json"
	"os"
	"path/filepath"

	"elasticsearch-disconnect/handler/elasticsearch/elasticsearchtest"
)

// Home makes a folder the home directory of somebody who has profiles of Alibaba Cloud's tools. It
// returns the variables with which a process reaches the fleet from there, each as NAME=value.
func (f Fleet) Home(dir string) ([]string, error) {
	certificate, profiles := filepath.Join(dir, "authority.pem"), filepath.Join(dir, ".aliyun", "config.json")
	if err := os.WriteFile(certificate, f.CertificatePEM(), 0o600); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(profiles), 0o700); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(config{"prod", allProfiles()}, "", "\t")
	if err != nil {
		return nil, err
	}
	return []string{
		"HOME=" + dir,
		"HTTPS_PROXY=" + f.Proxy().String(),
		"SSL_CERT_FILE=" + certificate,
		"MEMBER_ROLE=" + MemberRole,
		"ALIBABA_CLOUD_ECS_METADATA_DISABLED=true",
	}, os.WriteFile(profiles, text, 0o600)
}

// A config is ~/.aliyun/config.json.
type config struct {
	Current  string    `json:"current"`
	Profiles []profile `json:"profiles"`
}

type profile struct {
	Name            string `json:"name"`
	Mode            string `json:"mode"`
	AccessKeyID     string `json:"access_key_id,omitempty"`
	AccessKeySecret string `json:"access_key_secret,omitempty"`
	SecurityToken   string `json:"sts_token,omitempty"`
	RoleARN         string `json:"ram_role_arn,omitempty"`
	SessionName     string `json:"ram_session_name,omitempty"`
	STSRegion       string `json:"sts_region,omitempty"`
	Region          string `json:"region_id,omitempty"`
}

func profileOf(name, mode string, a elasticsearchtest.Account) profile {
	return profile{Name: name, Mode: mode, AccessKeyID: a.AccessKeyID, AccessKeySecret: a.AccessKeySecret, SecurityToken: a.SecurityToken, Region: "cn-hangzhou"}
}

// allProfiles are one that works, one that may only read, one of the second account, and two that do not work.
func allProfiles() []profile {
	member := profileOf("member", "RamRoleArn", Operator())
	member.RoleARN, member.SessionName, member.STSRegion = "acs:ram::"+Member+":role/"+MemberRole, "prod", "cn-hangzhou"
	broken := profileOf("broken", "AK", Operator())
	broken.AccessKeySecret = ""
	return []profile{
		profileOf("prod", "AK", Operator()), profileOf("audit", "AK", auditor()), member,
		profileOf("session", "StsToken", session()), broken,
	}
}
