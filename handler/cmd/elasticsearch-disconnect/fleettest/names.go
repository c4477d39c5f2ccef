package fleettest

import "fmt"

// escape is a name that would clear the screen, paint it red and turn the text around.
const escape = "\x1b[2J\x1b[31mprod\u202e"

// name is what a person calls the instance of a number. Some have no name, as in a real account, some are
// of two columns a character, and one is as long as the console allows.
func name(number int) string {
	subjects := []string{"orders", "日志检索", "search", "商品搜索", "audit", "metrics", "用户画像", "payments"}
	stages := []string{"prod", "生产", "staging", "test"}
	switch number % 11 {
	case 3:
		return ""
	case 7:
		return fmt.Sprintf("%s cluster of the archive %03d", subjects[number/11%len(subjects)], number)
	}
	return fmt.Sprintf("%s-%s-%03d", subjects[number/team%len(subjects)], stages[number/8%len(stages)], number)
}

// network is the VPC of the instance of a number, of which several teams are in one.
func network(region string, number int) string {
	return fmt.Sprintf("vpc-%.2s1%s%04d", region, "q7w2e9r4t8", number/(4*team))
}
