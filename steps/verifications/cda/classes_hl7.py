"""Les classes de HL7 CDA R2 : pour chacune, ses attributs et ses éléments dans l'ordre, avec leur nombre.

Source : HL7 CDA R2 (2005), modèle POCD_HD000040, et les extensions qu'y admet le schéma étendu de l'ANS (IHE
laboratoire et pharmacie, SDTC, DICOM). Une ligne par classe : `Nom (attributs) éléments`.

- attribut : `nom`, `nom!` s'il est obligatoire, `nom:type`, `nom=valeur` s'il est fixé ;
- élément : `nom` (un et un seul), `nom?`, `nom*`, `nom+` ; `nom:Type` quand le type n'est pas celui qu'a d'ordinaire ce
  nom ; `a|b` : l'un ou l'autre. Un préfixe (`lab:`…) dit un autre espace de noms : le contenu n'en est pas décrit ici.

`realmCode*`, `typeId?`, `templateId*` ouvrent chaque classe, `nullFlavor` vaut partout : ils ne sont pas répétés.
"""

CLASSES = """
Act (classCode! moodCode! negationInd:bl) id* code text? statusCode? effectiveTime? priorityCode? languageCode?
    subject? specimen* performer* author* informant* participant* entryRelationship* reference* precondition*
    sdtc:inFulfillmentOf1*
AssignedAuthor (classCode=ASSIGNED) id+ code? addr* telecom* assignedPerson|assignedAuthoringDevice?
    representedOrganization?
AssignedCustodian (classCode=ASSIGNED) representedCustodianOrganization
AssignedEntity (classCode=ASSIGNED) id+ code? addr* telecom* assignedPerson? representedOrganization? sdtc:patient?
AssociatedEntity (classCode!) id* code? addr* telecom* associatedPerson? scopingOrganization?
Authenticator (typeCode=AUTHEN) time:TS signatureCode assignedEntity sdtc:signatureText?
Author (typeCode=AUT contextControlCode=OP) functionCode? time:TS assignedAuthor
AuthoringDevice (classCode=DEV determinerCode=INSTANCE) code? manufacturerModelName? softwareName?
    asMaintainedEntity*
Authorization (typeCode=AUTH) consent
Birthplace (classCode=BIRTHPL) place
ClinicalDocument (classCode=DOCCLIN moodCode=EVN) id code title? effectiveTime:TS confidentialityCode languageCode?
    setId? versionNumber? copyTime? recordTarget+ author+ dataEnterer? informant* custodian informationRecipient*
    legalAuthenticator? authenticator* participant:Participant1* inFulfillmentOf* documentationOf* relatedDocument*
    authorization* componentOf? component sdtc:statusCode?
Component1 (typeCode=COMP) encompassingEncounter
Component2 (typeCode=COMP contextConductionInd:bl=true) nonXMLBody|structuredBody
Component3 (typeCode=COMP contextConductionInd:bl=true) section
Component4 (typeCode=COMP contextConductionInd:bl=true) sequenceNumber? seperatableInd? sdtc:priorityNumber?
    act|encounter|observation|observationMedia|organizer|procedure|regionOfInterest|substanceAdministration|supply
Component5 (typeCode=COMP contextConductionInd:bl=true) section
Consent (classCode=CONS moodCode=EVN) id* code? statusCode
Consumable (typeCode=CSM) manufacturedProduct
Criterion (classCode moodCode=EVN.CRT) code? text? value?
Custodian (typeCode=CST) assignedCustodian
CustodianOrganization (classCode=ORG determinerCode=INSTANCE) id+ name:ON? telecom? addr?
DataEnterer (typeCode=ENT contextControlCode=OP) time:TS? assignedEntity
Device (classCode determinerCode=INSTANCE) code? manufacturerModelName? softwareName?
DocumentationOf (typeCode=DOC) serviceEvent
EncompassingEncounter (classCode=ENC moodCode=EVN) id* code? effectiveTime dischargeDispositionCode?
    responsibleParty? encounterParticipant* location?
Encounter (classCode! moodCode!) id* code? text? statusCode? effectiveTime? sdtc:dischargeDispositionCode?
    priorityCode? subject? specimen* performer* author* informant* participant* entryRelationship* reference*
    precondition* sdtc:inFulfillmentOf1*
EncounterParticipant (typeCode!) time? assignedEntity
Entity (classCode determinerCode=INSTANCE) id* code? desc?
Entry (typeCode contextConductionInd:bl=true)
    act|encounter|observation|observationMedia|organizer|procedure|regionOfInterest|substanceAdministration|supply
EntryRelationship (typeCode! inversionInd:bl contextConductionInd:bl negationInd:bl) sequenceNumber? seperatableInd?
    act|encounter|observation|observationMedia|organizer|procedure|regionOfInterest|substanceAdministration|supply
ExternalAct (classCode moodCode=EVN) id* code? text?
ExternalDocument (classCode moodCode=EVN) id* code? text? setId? versionNumber?
ExternalObservation (classCode moodCode=EVN) id* code? text?
ExternalProcedure (classCode=PROC moodCode=EVN) id* code? text?
Guardian (classCode=GUARD) id* code? addr* telecom* guardianPerson|guardianOrganization
HealthCareFacility (classCode) id* code? location:Place? serviceProviderOrganization?
Informant12 (typeCode=INF contextControlCode=OP) assignedEntity|relatedEntity
InformationRecipient (typeCode) intendedRecipient
InFulfillmentOf (typeCode=FLFS) order
IntendedRecipient (classCode) id* addr* telecom* informationRecipient:Person? receivedOrganization?
LabeledDrug (classCode=MMAT determinerCode=KIND) code? name?
LanguageCommunication () languageCode? modeCode? proficiencyLevelCode? preferenceInd?
LegalAuthenticator (typeCode=LA contextControlCode=OP) time:TS signatureCode sdtc:signatureText? assignedEntity
Location (typeCode=LOC) healthCareFacility
MaintainedEntity (classCode=MNT) effectiveTime? maintainingPerson
ManufacturedProduct (classCode=MANU) id* manufacturedLabeledDrug|manufacturedMaterial manufacturerOrganization?
    pharm:subjectOf1* pharm:subjectOf2* pharm:subjectOf3* pharm:subjectOf4* pharm:subjectOf5?
Material (classCode=MMAT determinerCode=KIND) code? name? pharm:desc? pharm:riskCode? pharm:handlingCode?
    pharm:formCode? lotNumberText? pharm:expirationTime? pharm:stabilityTime? pharm:asDistributedProduct*
    pharm:asMedicineManufacturer* pharm:asContent? pharm:asSpecializedKind* pharm:part* pharm:ingredient*
NonXMLBody (classCode=DOCBODY moodCode=EVN) text confidentialityCode? languageCode?
Observation (classCode! moodCode! negationInd:bl) id* code derivationExpr? text? statusCode? effectiveTime?
    priorityCode? repeatNumber? languageCode? value* interpretationCode* methodCode* targetSiteCode* subject?
    specimen* performer* author* informant* participant* entryRelationship* reference* precondition* referenceRange*
    sdtc:inFulfillmentOf1*
ObservationMedia (ID classCode! moodCode!) id* languageCode? value:ED subject? specimen* performer* author*
    informant* participant* entryRelationship* reference* precondition*
ObservationRange (classCode moodCode=EVN.CRT) code? text? value? interpretationCode? sdtc:precondition1*
    lab:precondition*
Order (classCode moodCode=RQO) id+ code? priorityCode? ps3-20:accessionNumber*
Organization (classCode=ORG determinerCode=INSTANCE) id* name:ON* telecom* addr* standardIndustryClassCode?
    asOrganizationPartOf?
OrganizationPartOf (classCode=PART) id* code? statusCode? effectiveTime? wholeOrganization?
Organizer (classCode! moodCode!) id* code? sdtc:text? statusCode effectiveTime? subject? specimen* performer*
    author* informant* participant* reference* precondition* component:Component4*
ParentDocument (classCode=DOCCLIN moodCode=EVN) id+ code? text? setId? versionNumber?
Participant1 (typeCode! contextControlCode=OP) functionCode? time? associatedEntity
Participant2 (typeCode! contextControlCode=OP) time? awarenessCode? participantRole
ParticipantRole (classCode) functionCode? id* code? addr* telecom* playingDevice|playingEntity? scopingEntity?
Patient (classCode=PSN determinerCode=INSTANCE) id? name* sdtc:desc? administrativeGenderCode? birthTime?
    sdtc:deceasedInd? sdtc:deceasedTime? sdtc:multipleBirthInd? sdtc:multipleBirthOrderNumber? maritalStatusCode?
    religiousAffiliationCode? raceCode? sdtc:raceCode* ethnicGroupCode? sdtc:ethnicGroupCode* guardian* birthplace?
    languageCommunication*
PatientRole (classCode=PAT) id+ addr* telecom* patient? providerOrganization?
Performer1 (typeCode!) functionCode? time? assignedEntity
Performer2 (typeCode=PRF) sdtc:functionCode? time? modeCode? assignedEntity
Person (classCode=PSN determinerCode=INSTANCE) name* sdtc:desc? sdtc:asPatientRelationship?
Place (classCode=PLC determinerCode=INSTANCE) name? addr?
PlayingEntity (classCode determinerCode=INSTANCE) code? quantity* name* sdtc:birthTime? desc?
Precondition (typeCode=PRCN) criterion
Procedure (classCode! moodCode! negationInd:bl) id* code? text? statusCode? effectiveTime? priorityCode?
    languageCode? methodCode* approachSiteCode* targetSiteCode* subject? specimen* performer* author* informant*
    participant* entryRelationship* reference* precondition* sdtc:inFulfillmentOf1*
Product (typeCode=PRD) manufacturedProduct
RecordTarget (typeCode=RCT contextControlCode=OP) patientRole
Reference (typeCode!) seperatableInd? externalAct|externalObservation|externalProcedure|externalDocument
ReferenceRange (typeCode=REFV) observationRange
RegionOfInterest (ID classCode!=ROIOVL moodCode!=EVN) id+ code:CS value:ED+ subject? specimen*
    performer* author* informant* participant* entryRelationship* reference* precondition*
RelatedDocument (typeCode!) parentDocument
RelatedEntity (classCode!) code? addr* telecom* effectiveTime? relatedPerson?
RelatedSubject (classCode) sdtc:id* code? addr* telecom* subject:SubjectPerson?
ResponsibleParty (typeCode=RESP) assignedEntity
Section (ID classCode=DOCSECT moodCode=EVN) id? code? title? text:Recit? confidentialityCode? languageCode?
    subject? author* informant* entry* component:Component5*
ServiceEvent (classCode moodCode=EVN) id* code? lab:statusCode? effectiveTime? performer:Performer1*
Specimen (typeCode=SPC) specimenRole
SpecimenRole (classCode=SPEC) id* specimenPlayingEntity?
StructuredBody (classCode=DOCBODY moodCode=EVN) confidentialityCode? languageCode? component:Component3+
Subject (typeCode=SBJ contextControlCode=OP) awarenessCode? relatedSubject
SubjectPerson (classCode=PSN determinerCode=INSTANCE) sdtc:id* name* sdtc:desc? administrativeGenderCode? birthTime?
    sdtc:deceasedInd? sdtc:deceasedTime? sdtc:multipleBirthInd? sdtc:multipleBirthOrderNumber? sdtc:raceCode*
    sdtc:ethnicGroupCode*
SubstanceAdministration (classCode!=SBADM moodCode! negationInd:bl) id* code? text? statusCode?
    effectiveTime:SXCM_TS* priorityCode? repeatNumber? routeCode? approachSiteCode* doseQuantity? rateQuantity?
    maxDoseQuantity? administrationUnitCode? subject? specimen* consumable performer* author* informant*
    participant* entryRelationship* reference* precondition* sdtc:inFulfillmentOf1*
Supply (classCode!=SPLY moodCode!) id* code? text? statusCode? effectiveTime:SXCM_TS* priorityCode* repeatNumber?
    independentInd? quantity? expectedUseTime? subject? specimen* product? performer* author* informant*
    participant* entryRelationship* reference* precondition* sdtc:inFulfillmentOf1*
"""
