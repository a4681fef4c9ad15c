// The words of the healthcare sample, by field of medicine, so that a note names medicines that fit its conditions.
// Names are common English generic names; the doses are only plausible: nothing here is medical advice.

export type Field = "heart" | "sugar" | "breath" | "gut" | "nerve" | "mind" | "germ" | "joint" | "skin" | "kidney" | "blood";

export interface Medicine {
  readonly name: string;
  readonly field: Field;
  /** Single doses with their unit: "20 mg". */
  readonly doses: readonly string[];
}

export interface Term {
  readonly name: string;
  readonly field: Field;
}

export const FIELDS: readonly Field[] = ["heart", "sugar", "breath", "gut", "nerve", "mind", "germ", "joint", "skin", "kidney", "blood"];

// One medicine: name, doses, unit (mg when absent).
const MEDICINE_TABLE: Readonly<Record<Field, string>> = {
  heart: "amlodipine 2.5 5 10|lisinopril 5 10 20|ramipril 1.25 2.5 5|losartan 25 50 100|bisoprolol 1.25 2.5 7.5|atenolol 25 50 100|metoprolol 25 50 95|carvedilol 3.125 6.25 12.5|diltiazem 60 120 180|verapamil 40 80 120|digoxin 62.5 125 250 mcg|atorvastatin 10 20 40|simvastatin 10 20 40|rosuvastatin 5 10 20|ivabradine 2.5 5 7.5|nicorandil 10 20 30|hydralazine 25 50 75|valsartan 40 80 160|candesartan 4 8 16",
  sugar: "metformin 500 850 1000|gliclazide 30 40 80|glimepiride 1 2 4|sitagliptin 25 50 100|empagliflozin 10 25|pioglitazone 15 30 45|insulin glargine 10 14 22 units|levothyroxine 25 50 75 mcg|carbimazole 5 15 20|dapagliflozin 5 10|linagliptin 5|repaglinide 1 2 4|cabergoline 0.5 1",
  breath: "salbutamol 100 200 400 mcg|budesonide 200 400 800 mcg|montelukast 4 5 10|tiotropium 5 10 18 mcg|theophylline 200 250 300|fluticasone 50 125 250 mcg|formoterol 6 12 24 mcg|carbocisteine 375 750|beclometasone 50 100 200 mcg",
  gut: "omeprazole 10 20 40|lansoprazole 15 30|famotidine 20 40|mesalazine 400 800 1200|loperamide 2 4|domperidone 10 20|mebeverine 135 200|lactulose 10 15 20 ml|senna 7.5 15|pantoprazole 20 40|ursodiol 250 300 500",
  nerve: "gabapentin 100 300 600|pregabalin 25 75 150|topiramate 25 50 100|lamotrigine 25 50 200|carbamazepine 100 200 400|levetiracetam 250 500 750|sumatriptan 50 100|propranolol 10 40 80|ropinirole 0.25 1 2|donepezil 5 10|baclofen 5 10 20|memantine 5 10 20",
  mind: "sertraline 25 50 100|citalopram 10 20 40|fluoxetine 20 40 60|mirtazapine 15 30 45|venlafaxine 37.5 75 150|quetiapine 25 50 100|olanzapine 2.5 5 10|lithium 200 400 600|buspirone 5 10 15|trazodone 50 100 150|melatonin 2 3",
  germ: "amoxicillin 250 500 875|doxycycline 50 100 200|azithromycin 250 500|cefalexin 250 500|ciprofloxacin 250 500 750|clarithromycin 250 500|flucloxacillin 250 500|nitrofurantoin 50 100|aciclovir 200 400 800|fluconazole 50 150 200|terbinafine 125 250|trimethoprim 100 200",
  joint: "ibuprofen 200 400 600|naproxen 250 500|paracetamol 500 1000|celecoxib 100 200|methotrexate 7.5 10 15|hydroxychloroquine 200 400|sulfasalazine 500 1000|allopurinol 100 200 300|colchicine 0.5 1|prednisolone 5 10 30|alendronate 10 70|tramadol 50 100|codeine 15 30 60|leflunomide 10 20",
  skin: "cetirizine 5 10|loratadine 5 10|fexofenadine 60 120 180|isotretinoin 10 20 40|acitretin 10 25|hydroxyzine 10 25 50|ciclosporin 25 50 100|desloratadine 2.5 5",
  kidney: "furosemide 20 40 80|bumetanide 1 2 5|spironolactone 12.5 25 50|tamsulosin 0.2 0.4|finasteride 1 5|oxybutynin 2.5 5|solifenacin 5 10|mirabegron 25 50|sevelamer 800 1600|calcitriol 0.25 0.5 mcg|indapamide 1.25 2.5",
  blood: "warfarin 1 3 5|apixaban 2.5 5|rivaroxaban 10 15 20|clopidogrel 75 300|aspirin 75 150 300|ferrous sulfate 200 325|folic acid 1 5|dabigatran 75 110 150|edoxaban 30 60|hydroxycarbamide 500 1000|ticagrelor 60 90",
};

const CONDITION_TABLE: Readonly<Record<Field, string>> = {
  heart: "hypertension|angina|heart failure|atrial fibrillation|high cholesterol|palpitations|mitral stenosis|aortic stenosis|cardiomyopathy",
  sugar: "type 2 diabetes|type 1 diabetes|hypothyroidism|hyperthyroidism|obesity|prediabetes|thyroiditis|prolactinoma",
  breath: "asthma|chronic bronchitis|emphysema|bronchiectasis|hay fever|chronic cough|sleep apnoea|sarcoidosis",
  gut: "acid reflux|gastritis|peptic ulcer|irritable bowel|ulcerative colitis|constipation|coeliac disease|gallstones|diverticulitis",
  nerve: "migraine|epilepsy|neuropathy|restless legs|essential tremor|sciatica|dementia|vertigo|cluster headache|multiple sclerosis",
  mind: "depression|anxiety|insomnia|bipolar disorder|panic disorder|postnatal depression|schizophrenia|phobia",
  germ: "pneumonia|sinusitis|tonsillitis|cellulitis|shingles|ear infection|urinary infection|bronchitis|ringworm|oral thrush",
  joint: "osteoarthritis|rheumatoid arthritis|gout|low back pain|osteoporosis|tendinitis|frozen shoulder|lupus|plantar fasciitis|bursitis",
  skin: "eczema|psoriasis|acne|urticaria|rosacea|contact dermatitis|vitiligo|seborrhoea",
  kidney: "chronic kidney disease|kidney stones|enlarged prostate|overactive bladder|ankle swelling|nephritis|cystitis",
  blood: "iron deficiency|deep vein thrombosis|pulmonary embolism|anaemia|stroke|thrombophilia|sickle cell disease|polycythaemia",
};

function parseMedicine(text: string, field: Field): Medicine {
  const words = text.split(" ");
  const amounts = words.filter((word) => /^[\d.]+$/.test(word));
  const first = words.findIndex((word) => /^[\d.]+$/.test(word));
  const unit = words.slice(first + amounts.length)[0] ?? "mg";
  return { name: words.slice(0, first).join(" "), field, doses: amounts.map((amount) => `${amount} ${unit}`) };
}

export const MEDICINES: readonly Medicine[] = FIELDS.flatMap((field) => MEDICINE_TABLE[field].split("|").map((text) => parseMedicine(text, field)));

export const CONDITIONS: readonly Term[] = FIELDS.flatMap((field) => CONDITION_TABLE[field].split("|").map((name) => ({ name, field })));

export const FINDINGS: readonly string[] = (
  "mild wheeze|clear chest|basal crackles|reduced air entry|a soft murmur|regular pulse|irregular pulse|fast pulse|slow pulse|raised blood pressure|low blood pressure|normal blood pressure|pitting oedema|" +
  "swollen ankles|cold feet|warm hands|pale skin|dry skin|itchy rash|red eyes|a stiff neck|a tender abdomen|soft abdomen|an enlarged liver|loin tenderness|weight gain|weight loss|poor appetite|" +
  "night sweats|mild fever|no fever|fatigue|dizziness on standing|blurred vision|poor sleep|low mood|slow speech|brisk reflexes|absent reflexes|fine tremor|weak grip|numb toes|" +
  "a swollen knee|a stiff hip|painful shoulder|limited bending|dry cough|productive cough|sore throat|enlarged tonsils|a blocked nose|mouth ulcers|bleeding gums|easy bruising|cloudy urine|" +
  "frequent urination|high glucose|low sodium|raised creatinine|low haemoglobin|high potassium|normal thyroid tests|raised white cells"
).split("|");

export const FREQUENCIES: readonly string[] = "once daily|twice daily|thrice daily|at night|at bedtime|every morning|every evening|each noon|before breakfast|after lunch|with dinner|with meals|before meals|after meals|once weekly|twice weekly|as needed|on weekdays".split("|");

export const CLINICS: readonly string[] = "diabetes|heart|chest|kidney|skin|pain|memory|sleep|allergy|blood pressure|headache|thyroid|stomach|bone|eye|nurse|family|travel|weight|anticoagulation|rheumatology|neurology|urology|respiratory|hospital|village|evening|walk-in".split("|");

export const PLANS: readonly string[] = (
  "check the kidney function|repeat the blood count|order a chest film|start gentle walking|cut down on salt|stop smoking|drink more water|keep a food diary|measure blood pressure at home|book an eye test|" +
  "refer to physiotherapy|arrange a heart tracing|review the inhaler technique|raise the head of the bed|avoid spicy meals|try a sleep routine|send a urine sample|check the liver tests|plan a knee film|" +
  "offer a flu vaccine|use compression stockings|apply a moisturiser|rest the joint|lose some weight|repeat the sugar test|keep a headache diary|check the foot pulses|discuss the side effects|reduce alcohol|join a balance class"
).split("|");

export const SETTINGS: readonly string[] = "surgery|ward round|home visit|phone call|video call|outpatient visit|emergency room|day unit|care home round|pharmacy review".split("|");

export const JOBS: readonly string[] = "teacher|farmer|baker|driver|nurse|retired clerk|gardener|student|carpenter|cook|librarian|plumber|musician|shop worker|tailor|engineer|fisher|painter|postal worker|accountant".split("|");

export const ALLERGIES: readonly string[] = "latex|peanuts|shellfish|pollen|house dust|egg|cat hair|strawberries|plasters|bee stings|nickel|milk".split("|");
