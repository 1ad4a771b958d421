import { frame } from "../common/frame.js";

frame("buyer", "");
