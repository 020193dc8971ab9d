"""Alimentations d'essai : celles qui suivent toutes les règles, et une fautive au moins par règle."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from reports.constat import Constat
from simulators.dmp.ebrim import DEPRECATED
from simulators.socle.echange import CorpsMemoire, Echange, Tls
from steps.verifications.dmp import ContexteDmp, EntreeConnue, verifier_alimentation
from tests.verifications.cda import fabrique as c
from tests.verifications.dmp import fabrique as f
from tests.verifications.dmp.fabrique import Alimentation, alimentation
from tests.verifications.dmp.fabrique_vihf import certificat, vihf

CONTEXTE = ContexteDmp(
    lps_nom="SIL DU BANC",
    lps_version="1.2.3",
    lps_homologation="BAN-123456-7890",
    structure="1990000001",
    identifiant_attendu="99900000017",
    ancres=(certificat("ac").der,),
    oid_ins=c.OID_TEST,
)
CX_AUTRE = f.CX.replace(c.MATRICULE, "279035121518989")
_V2 = c.cda(versionNumber='<versionNumber value="2"/>', relatedDocument=c.remplace("1.2.250.1.213.99.1.99.1"))
_REGISTRE = ContexteDmp(
    entrees_connues=(EntreeConnue(f.ENTREE, "1.2.250.1.213.99.1.99.1", f.CX.replace("&amp;", "&")),)
)
_MASQUE = f.code(f.NRV, "MASQUE_PS", "1.2.250.1.213.1.1.4.13")
_INVISIBLE = f.code(f.NRV, "INVISIBLE_PATIENT", "1.2.250.1.213.1.1.4.13")
_N1 = {"formatCode": f.FICHE["formatCode"].replace("lab:xd-lab", "iti:xds-sd:pdf")}
Exemple = tuple[Callable[[], list[Constat]], set[str]]


def juger(*envois: Callable[[], Echange], contexte: ContexteDmp = CONTEXTE) -> Callable[[], list[Constat]]:
    """Diffère la fabrication et le jugement d'une suite d'envois."""
    return lambda: verifier_alimentation([envoi() for envoi in envois], contexte)


def _a(contexte: ContexteDmp = CONTEXTE, **champs: object) -> Callable[[], list[Constat]]:
    return juger(lambda: alimentation(Alimentation(**champs)), contexte=contexte)  # type: ignore[arg-type]


def _octets(ancien: str, nouveau: str) -> Callable[[], list[Constat]]:
    def fabriquer() -> Echange:
        envoi = alimentation()
        corps = envoi.requete.corps.octets.replace(ancien.encode(), nouveau.encode(), 1)
        return replace(envoi, requete=replace(envoi.requete, corps=CorpsMemoire(corps)))

    return juger(fabriquer)


def _e(**options: object) -> Callable[[], list[Constat]]:
    return juger(lambda: alimentation(**options))  # type: ignore[arg-type]


def _f(**morceaux: str) -> Callable[[], list[Constat]]:
    return _a(fiche=morceaux)


def _v(**valeurs: str) -> Callable[[], list[Constat]]:
    return _a(vihf=valeurs)


def _l(**morceaux: str) -> Callable[[], list[Constat]]:
    return _a(lot=morceaux)


def _autre_envoi(**options: object) -> Echange:
    """Un second document, un second lot."""
    return alimentation(
        Alimentation(
            document=c.cda(id='<id root="1.2.250.1.213.99.1.101.1"/>'),
            identifiant="1.2.250.1.213.99.1.101.1",
            lot={"uniqueId": f.LOT["uniqueId"].replace("500.1", "501.1")},
            vihf={"id": "_a2"},
            fiche_signature=f.Alimentation().fiche_signature.replace("99.1.100.1", "99.1.902.1"),
            signature=f.signature_xml(
                {"1.2.250.1.213.99.1.101.1": c.cda(id='<id root="1.2.250.1.213.99.1.101.1"/>')},
                "1.2.250.1.213.99.1.501.1",
            ),
        ),
        **options,
    )


CONFORMES: dict[str, Callable[[], list[Constat]]] = {
    "N3": _a(),
    "N1": _a(document=c.cda("N1"), fiche=_N1),
    "deux envois": juger(alimentation, _autre_envoi),
    "TLS 1.3": _e(tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", certificat=certificat("auth").der)),
    "action HTTP absente": _e(action_http=""),
    "mode avec majuscule": _v(nom_mode="Authentification_Mode"),
    "Issuer dans l'autre ordre": _v(issuer="C=FR,O=LABORATOIRE DU BANC,OU=1990000001,CN=cachet"),
    "VIHF 4.0": _v(vihf_version="4.0"),
    "infirmier sans spécialité": _v(profession="60^1.2.250.1.71.1.2.7", specialite=""),
    "automate": _v(profession="AUTOMATE^1.2.250.1.213.1.1.4.6", specialite="", sujet="SIL modèle 1"),
    "connexion secrète": _v(secrete="INVISIBLE_REPRESENTANTS_LEGAUX^1.2.250.1.213.1.1.4.13"),
    "direct": _v(mode="DIRECTE", sujet="", name_id="899900000017"),
    "patientId à sept composants": _f(patientId=f.FICHE["patientId"].replace("ISO^NH", "ISO^NH^^20200101")),
    "hash et size justes": _a(
        document=c.cda(),
        fiche={
            "hash": f.slot("hash", hashlib.sha1(c.cda()).hexdigest().upper())
            + f.slot("size", str(len(c.cda())))
        },
    ),
    "sans fin d'acte": _a(
        document=c.cda(periode='<effectiveTime><low value="20261119083000+0100"/></effectiveTime>'),
        fiche={"serviceStopTime": ""},
    ),
    "masqué": _f(confidentialityCode=f.FICHE["confidentialityCode"] + _MASQUE),
    "référence": _f(
        referenceIdList=f.slot(
            "urn:ihe:iti:xds:2013:referenceIdList", "1^^^&amp;1.2&amp;ISO^urn:ihe:iti:xds:2013:order"
        )
    ),
    "second auteur, personne morale": _a(
        fiche={"author": f.FICHE["author"] + f.auteur(f.XCN_MORALE)},
        lot={"author": f.LOT["author"] + f.auteur(f.XCN_MORALE, objet="Lot1", lot=True)},
    ),
    "remplacement": _a(_REGISTRE, document=_V2, associations=f.RPLC),
    "remplacement, registre lu après": _a(
        ContexteDmp(entrees_connues=tuple(replace(e, statut=DEPRECATED) for e in _REGISTRE.entrees_connues)),
        document=_V2,
        associations=f.RPLC,
    ),
    "sans signature de lot quand elle n'est pas exigée": _a(
        ContexteDmp(signature_lot_exigee=False), sans_signature=True
    ),
}  # fmt: skip

FAUTIFS: dict[str, Exemple] = {
    "rien": (lambda: verifier_alimentation([], CONTEXTE), {"DMP-SOAP-01"}),
    # Transport
    "TLS 1.1": (_e(tls=Tls("TLSv1.1", "x", certificat=certificat("auth").der)), {"DMP-TLS-01"}),
    "sans certificat": (_e(tls=Tls("TLSv1.2", "x")), {"DMP-TLS-02"}),
    "certificat de signature en TLS": (
        _e(tls=Tls("TLSv1.2", "x", certificat=certificat("cachet").der)), {"DMP-TLS-03", "DMP-VIHF-04"},
    ),
    "SOAP 1.1": (
        _e(soap="http://schemas.xmlsoap.org/soap/envelope/"),
        {"DMP-SOAP-02", "DMP-SOAP-03", "DMP-SOAP-04", "DMP-SOAP-05", "DMP-SOAP-06", "DMP-SOAP-07", "DMP-VIHF-01",
         "DMP-VIHF-08", "DMP-MTOM-02", "DMP-SEQ-08", "DMP-LOT-08", "DMP-VIE-01"},
    ),
    "DTD": (
        _e(prologue="<!DOCTYPE x>"),
        {"DMP-SOAP-01", "DMP-SOAP-02", "DMP-SOAP-06", "DMP-VIHF-01", "DMP-VIHF-08", "DMP-MTOM-02", "DMP-SEQ-08",
         "DMP-LOT-08", "DMP-VIE-01"},
    ),
    "adressage incomplet": (
        _e(entetes=f"<w:MessageID>urn:uuid:{'0' * 8}-0000-4000-8000-{'0' * 12}</w:MessageID><w:Action>"
           "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</w:Action>"), {"DMP-SOAP-03"},
    ),
    "actions discordantes": (_e(action_http="urn:ihe:iti:2007:RegistryStoredQuery"), {"DMP-SOAP-04"}),
    "action d'un autre corps": (_e(action="urn:ihe:iti:2007:RegistryStoredQuery"), {"DMP-SOAP-04"}),
    "MessageID libre": (_e(message_id="message-1"), {"DMP-SOAP-05"}),
    "MessageID réemployé": (
        juger(*[lambda g=g: g(message_id="urn:uuid:00000000-0000-4000-8000-000000000001")
                for g in (alimentation, _autre_envoi)]), {"DMP-SOAP-06"},
    ),
    "sans VIHF": (_e(assertion=""), {"DMP-SOAP-07", "DMP-VIHF-01", "DMP-VIHF-08", "DMP-SEQ-08", "DMP-COH-17"}),
    "sans MTOM": (_a(en_ligne=True, sans_signature=True), {"DMP-MTOM-01", "DMP-SIG-01"}),
    "cid inconnu": (
        _a(inclure="cid:perdu@banc"), {"DMP-MTOM-02", "DMP-SIG-05"},
    ),
    # VIHF, assertion
    "modifié après signature": (
        juger(lambda: alimentation(assertion=vihf(abimer=True))), {"DMP-VIHF-01"},
    ),
    "Issuer d'un autre": (_v(issuer="CN=AUTRE,C=FR"), {"DMP-VIHF-02"}),
    "signataire inconnu": (juger(lambda: alimentation(assertion=vihf("inconnu"))), {"DMP-VIHF-03"}),
    "signé par le certificat d'authentification": (
        juger(lambda: alimentation(assertion=vihf("auth"))), {"DMP-VIHF-04"},
    ),
    "SHA-1": (juger(lambda: alimentation(assertion=vihf(sha1=True))), {"DMP-VIHF-05"}),
    "instant local": (_v(instant="2026-11-20T10:29:50+01:00"), {"DMP-VIHF-06"}),
    "VIHF ancien": (_v(instant="2026-11-20T07:29:50Z"), {"DMP-VIHF-07"}),
    "VIHF du futur": (_v(instant="2026-11-20T19:29:50Z"), {"DMP-VIHF-07"}),
    "VIHF d'un autre patient": (
        juger(
            alimentation,
            lambda: f.td02(matricule="279035121518989", vihf={"id": "_a1"}),
        ), {"DMP-VIHF-08"},
    ),
    "audience": (
        _v(audience="<AudienceRestriction><Audience>x</Audience></AudienceRestriction>"), {"DMP-VIHF-09"},
    ),
    "SAML 1.1": (_v(version="1.1"), {"DMP-VIHF-10"}),
    # VIHF, contenu
    "sans nom": (_v(sujet=""), {"DMP-VIHF-20"}),
    "VIHF 2.0": (_v(vihf_version="2.0"), {"DMP-VIHF-21"}),
    "mode inventé": (_v(mode="CPS"), {"DMP-VIHF-22", "DMP-SEQ-08"}),
    "médecin sans spécialité": (_v(specialite=""), {"DMP-VIHF-23"}),
    "infirmier avec spécialité": (_v(profession="60^1.2.250.1.71.1.2.7"), {"DMP-VIHF-23"}),
    "usage inventé": (_v(usage="urgence^1.2.250.1.213.1.1.4.248"), {"DMP-VIHF-24"}),
    "autre produit": (_v(lps_version="9.9"), {"DMP-VIHF-25"}),
    "structure sans type": (_v(structure="LABO"), {"DMP-VIHF-26", "DMP-VIHF-27", "DMP-COH-18"}),
    "autre structure": (_v(structure="1990000009"), {"DMP-VIHF-27", "DMP-COH-18"}),
    "secteur nu": (_v(secteur="SA25"), {"DMP-VIHF-28"}),
    "NameID libre": (_v(name_id="biologue"), {"DMP-VIHF-29", "DMP-VIHF-30"}),
    "NameID d'un autre": (_v(name_id="899900000025"), {"DMP-VIHF-30"}),
    "INS sans clé": (
        _v(ressource="2901299999001^^^&1.2.250.1.213.1.4.10&ISO^NH"), {"DMP-VIHF-31", "DMP-COH-17"},
    ),
    "OID de production": (
        _v(ressource=f"{c.MATRICULE}^^^&1.2.250.1.213.1.4.8&ISO^NH"), {"DMP-VIHF-32", "DMP-COH-17"},
    ),
    "URN": (_v(urn="urn:dmp:test"), {"DMP-VIHF-33"}),
    "classe libre": (_v(classe="Password"), {"DMP-VIHF-34"}),
    "AIR sans déclaration": (_v(mode="INDIRECTE_RENFORCEE"), {"DMP-VIHF-35", "DMP-SEQ-08"}),
    "confidentialité du VIHF": (_v(secrete="MASQUE_PS"), {"DMP-VIHF-36"}),
    "deux patients dans le VIHF": (
        juger(lambda: alimentation(assertion=vihf(retouche=(
            f"<AttributeValue>{c.MATRICULE}", f"<AttributeValue>x</AttributeValue><AttributeValue>{c.MATRICULE}"
        )))), {"DMP-VIHF-31", "DMP-VIHF-37", "DMP-COH-17"},
    ),
    "mode d'accès hors de HL7": (
        juger(lambda: alimentation(assertion=vihf(retouche=('<PurposeOfUse xmlns="urn:hl7-org:v3"',
                                                            '<PurposeOfUse xmlns="urn:autre"')))), {"DMP-VIHF-38"},
    ),
    # Corps
    "réponse demandée ailleurs": (
        _e(entetes="<w:MessageID>urn:uuid:00000000-0000-4000-8000-000000000002</w:MessageID><w:To/><w:ReplyTo>"
           "<w:Address>https://ailleurs.test/</w:Address></w:ReplyTo><w:Action>"
           "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b</w:Action>"), {"DMP-SOAP-03"},
    ),
    "élément hors schéma": (_f(ajout="<Note>x</Note>"), {"DMP-SOAP-08"}),
    "attribut hors schéma": (
        _f(title='x" langue="fr'), {"DMP-SOAP-08", "DMP-COH-12"},
    ),
    "classification deux fois codée": (
        _f(typeCode=f.FICHE["typeCode"].replace("</Slot>", "</Slot>" + f.slot("codingScheme", "1.2.3"))),
        {"DMP-SOAP-08"},
    ),
    "code sans libellé": (
        _f(typeCode=f.FICHE["typeCode"].replace("<Name><LocalizedString value=\"libellé\"/></Name>", "")),
        {"XDS-COD-01"},
    ),
    "RPPS trop long dans l'auteur": (
        _f(legalAuthenticator=f.FICHE["legalAuthenticator"].replace("899900000017", "8999000000177")),
        {"DMP-XDS-19", "DMP-COH-14"},
    ),
    "type d'identifiant inventé": (
        _f(legalAuthenticator=f.FICHE["legalAuthenticator"].replace("IDNPS", "IDNP")), {"DMP-XDS-19"},
    ),
    "sexe inventé": (
        _f(sourcePatientInfo=f.FICHE["sourcePatientInfo"].replace("PID-8|F", "PID-8|Femme")), {"DMP-XDS-20"},
    ),
    "auteur du lot muet": (_l(author=f.auteur("", "", objet="Lot1", lot=True)), {"DMP-LOT-02"}),
    "document répété": (
        _octets("</x:ProvideAndRegister", '<x:Document id="Doc1">AA==</x:Document></x:ProvideAndRegister'),
        {"DMP-MTOM-02", "DMP-SIG-05", "CDA-LEC-01"},
    ),
    # Fiche
    "slot en double": (_f(languageCode=f.FICHE["languageCode"] * 2), {"DMP-XDS-01"}),
    "mimeType": (_f(mimeType="application/pdf"), {"DMP-XDS-02"}),
    "sans auteur": (_f(author=""), {"DMP-XDS-03", "DMP-COH-06", "DMP-COH-07", "DMP-COH-18"}),
    "XCN incomplet": (_f(author=f.auteur("899900000017^BIOLOGUE")), {"DMP-XDS-04"}),
    "XON incomplet": (_f(author=f.auteur(structure=f.XON.replace("LABORATOIRE DU BANC", ""))), {"DMP-XDS-05"}),
    "spécialité nue": (_f(author=f.auteur(specialite="G15_10/SM03")), {"DMP-XDS-06"}),
    "classe inconnue": (_f(classCode=f.FICHE["classCode"].replace('"11"', '"99"')), {"DMP-XDS-07"}),
    "type sans nomenclature": (
        _f(typeCode=f.FICHE["typeCode"].replace("2.16.840.1.113883.6.1", "LOINC")), {"DMP-XDS-08", "DMP-COH-02"},
    ),
    "deux confidentialités": (
        _f(confidentialityCode=f.FICHE["confidentialityCode"] + f.code(f.NRV, "R", "2.16.840.1.113883.5.25")),
        {"DMP-XDS-09", "DMP-COH-04"},
    ),
    "masqué et invisible": (
        _f(confidentialityCode=f.FICHE["confidentialityCode"] + _MASQUE + _INVISIBLE), {"DMP-XDS-10"},
    ),
    "format sans nomenclature": (
        _f(formatCode=f.FICHE["formatCode"].replace("1.3.6.1.4.1.19376.1.2.3", "IHE")), {"DMP-XDS-11"},
    ),
    "secteur inconnu": (
        _f(healthcareFacilityTypeCode=f.FICHE["healthcareFacilityTypeCode"].replace("SA25", "LABM")),
        {"DMP-XDS-12", "DMP-COH-08"},
    ),
    "cadre inconnu": (
        _f(practiceSettingCode=f.FICHE["practiceSettingCode"].replace("AMBULATOIRE", "VILLE")),
        {"DMP-XDS-13", "DMP-COH-09"},
    ),
    "événement": (
        _f(eventCodeList=f.FICHE["eventCodeList"].replace("2.16.840.1.113883.6.1", "1.2.3")), {"DMP-XDS-14"},
    ),
    "patientId sans clé": (
        _f(patientId=f.FICHE["patientId"].replace(c.MATRICULE, c.MATRICULE[:13])),
        {"DMP-XDS-15", "DMP-COH-05", "DMP-COH-17"},
    ),
    "uniqueId": (
        _a(fiche={"uniqueId": f.unique_id("CR1")}), {"DMP-XDS-16", "DMP-COH-01", "DMP-SIG-04", "DMP-SIG-05"},
    ),
    "date avec fuseau": (_f(creationTime=f.slot("creationTime", "20261120101530+0100")), {"DMP-XDS-17", "DMP-COH-03"}),
    "langue": (_f(languageCode=f.slot("languageCode", "français")), {"DMP-XDS-18", "DMP-COH-13"}),
    "sans responsable": (_f(legalAuthenticator=""), {"DMP-XDS-19", "DMP-COH-14"}),
    "identifiant local": (_f(sourcePatientId=f.slot("sourcePatientId", "IPP1")), {"DMP-XDS-20"}),
    "hash faux": (_f(hash=f.slot("hash", "0" * 40)), {"DMP-XDS-21"}),
    "sans titre": (_f(title=""), {"DMP-XDS-22", "DMP-COH-12"}),
    "référence inconnue": (
        _f(referenceIdList=f.slot("urn:ihe:iti:xds:2013:referenceIdList", "1^^^^urn:x")), {"DMP-XDS-23"},
    ),
    # Lot
    "sans lot": (
        _l(classement=""),
        {"DMP-LOT-01", "DMP-LOT-09", "DMP-LOT-04", "DMP-LOT-05", "DMP-LOT-06", "DMP-SIG-03", "DMP-SIG-04"},
    ),
    "deux auteurs du lot": (
        _l(author=f.LOT["author"] + f.auteur(f.XCN.replace("899900000017", "899900000025"), objet="Lot1", lot=True)),
        {"DMP-LOT-02"},
    ),
    "contenu du lot": (_l(contentTypeCode=""), {"DMP-LOT-03"}),
    "heure locale du lot": (_l(submissionTime=f.slot("submissionTime", "20261120103000+0100")), {"DMP-LOT-04"}),
    "membre sans état": (_l(membres=f.association("HasMember", "Lot1", "Doc1")), {"DMP-LOT-05"}),
    "association inconnue": (
        _a(associations=f.association("copies", "Doc1", "Lot1")), {"DMP-LOT-06"},
    ),
    "remplacement d'inconnu": (
        _a(_REGISTRE, document=_V2, associations=f.RPLC.replace("0b9d6c1e", "0b9d6c1f")), {"DMP-LOT-07"},
    ),
    "remplacement d'un document déjà remplacé": (
        juger(
            lambda: alimentation(
                Alimentation(
                    document=_V2, associations=f.RPLC, signature=f.signature_xml({"1.2.250.1.213.99.1.100.1": _V2})
                ),
                reponse=f.FAUTE,
            ),
            contexte=ContexteDmp(
                entrees_connues=tuple(replace(e, statut=DEPRECATED) for e in _REGISTRE.entrees_connues)
            ),
        ),
        {"DMP-LOT-07"},
    ),
    "remplacement par uniqueId": (
        _a(_REGISTRE, document=_V2, associations=f.RPLC.replace(f.ENTREE, "1.2.250.1.213.99.1.99.1")), {"DMP-LOT-07"},
    ),
    "même uniqueId, autre contenu": (
        juger(
            alimentation,
            lambda: alimentation(
                Alimentation(
                    document=c.cda(ajout="<!-- autre -->"),
                    lot={"uniqueId": f.LOT["uniqueId"].replace("500.1", "501.1")},
                    vihf={"id": "_a2"},
                    signature=f.signature_xml(
                        {"1.2.250.1.213.99.1.100.1": c.cda(ajout="<!-- autre -->")}, "1.2.250.1.213.99.1.501.1"
                    ),
                )
            ),
        ),
        {"DMP-LOT-08", "DMP-VIE-01"},
    ),
    # Signature du lot
    "sans signature de lot": (_a(sans_signature=True), {"DMP-SIG-01"}),
    "fiche de signature": (
        _a(fiche_signature=Alimentation().fiche_signature.replace("E1762", "E1"),), {"DMP-SIG-02"},
    ),
    "signature non liée": (_a(lien_signature=""), {"DMP-SIG-03"}),
    "signature illisible": (_a(signature=b"<Signature"), {"DMP-SIG-04"}),
    "manifeste incomplet": (_a(signature=f.signature_xml({})), {"DMP-SIG-04", "DMP-SIG-05"}),
    "condensat d'un autre": (
        _a(signature=f.signature_xml({"1.2.250.1.213.99.1.100.1": c.cda(title="<title>Autre</title>")})),
        {"DMP-SIG-05"},
    ),
    # Concordance
    "autre identifiant": (_a(identifiant="1.2.250.1.213.99.1.77"), {"DMP-COH-01"}),
    "autre type": (_f(typeCode=f.FICHE["typeCode"].replace("11502-2", "34112-3")), {"DMP-COH-02"}),
    "heure locale": (_f(creationTime=f.slot("creationTime", "20261120101530")), {"DMP-COH-03"}),
    "autre confidentialité": (
        _f(confidentialityCode=f.FICHE["confidentialityCode"].replace('"N"', '"R"')), {"DMP-COH-04"},
    ),
    "autre patient dans la fiche": (
        _f(patientId=f.FICHE["patientId"].replace(f.CX, CX_AUTRE)), {"DMP-COH-05", "DMP-COH-17"},
    ),
    "autre patient dans le CDA": (
        _a(document=c.cda(ids_patient=f'<id root="{c.OID_TEST}" extension="279035121518989"/>')), {"DMP-COH-05"},
    ),
    "autre auteur": (_f(author=f.auteur(f.XCN.replace("899900000017", "899900000025"))), {"DMP-COH-06"}),
    "autre structure d'auteur": (
        _f(author=f.auteur(structure=f.XON.replace("1990000001", "1990000009"))), {"DMP-COH-07", "DMP-COH-18"},
    ),
    "autre secteur": (
        _f(healthcareFacilityTypeCode=f.FICHE["healthcareFacilityTypeCode"].replace("SA25", "SA07")), {"DMP-COH-08"},
    ),
    "autre cadre": (
        _f(practiceSettingCode=f.FICHE["practiceSettingCode"].replace("AMBULATOIRE", "ETABLISSEMENT")), {"DMP-COH-09"},
    ),
    "autre début": (_f(serviceStartTime=f.slot("serviceStartTime", "20261118073000")), {"DMP-COH-10"}),
    "sans début": (_f(serviceStartTime=""), {"DMP-COH-10"}),
    "autre fin": (_f(serviceStopTime=f.slot("serviceStopTime", "20261119090000")), {"DMP-COH-11"}),
    "sans fin": (_f(serviceStopTime=""), {"DMP-COH-11"}),
    "autre titre": (_f(title="CR"), {"DMP-COH-12"}),
    "autre langue": (_f(languageCode=f.slot("languageCode", "en-US")), {"DMP-COH-13"}),
    "autre responsable": (
        _f(legalAuthenticator=f.FICHE["legalAuthenticator"].replace("899900000017", "899900000025")), {"DMP-COH-14"},
    ),
    "RPLC sans relatedDocument": (_a(_REGISTRE, associations=f.RPLC), {"DMP-COH-15"}),
    "relatedDocument sans RPLC": (_a(_REGISTRE, document=_V2), {"DMP-COH-15"}),
    "remplacements discordants": (
        _a(
            _REGISTRE,
            document=c.cda(
                versionNumber='<versionNumber value="2"/>', relatedDocument=c.remplace("1.2.250.1.213.99.1.98.1")
            ),
            associations=f.RPLC,
        ),
        {"DMP-COH-15"},
    ),
    "format d'un PDF": (_a(document=c.cda("N1")), {"DMP-COH-16"}),
    "lot d'un autre patient": (_l(patientId=f.LOT["patientId"].replace(f.CX, CX_AUTRE)), {"DMP-COH-17"}),
    "expéditeur étranger": (_v(mode="DIRECTE", sujet="", name_id="899900000025"), {"DMP-COH-18", "DMP-VIHF-30"}),
    # Modes, renvoi
    "alimentation en AIR": (_v(mode="INDIRECTE_RENFORCEE", declaration="CONF_EXI_PGSSIS"), {"DMP-SEQ-08"}),
    "document renvoyé": (
        juger(
            alimentation,
            lambda: alimentation(
                Alimentation(
                    lot={"uniqueId": f.LOT["uniqueId"].replace("500.1", "501.1")},
                    vihf={"id": "_a2"},
                    fiche_signature=f.Alimentation().fiche_signature.replace("99.1.100.1", "99.1.902.1"),
                    signature=f.signature_xml({"1.2.250.1.213.99.1.100.1": c.cda()}, "1.2.250.1.213.99.1.501.1"),
                )
            ),
        ),
        {"DMP-VIE-01"},
    ),
    "CDA fautif": (_a(document=c.cda(realmCode="<realmCode code='US'/>")), {"CDA-ENT-06"}),
}  # fmt: skip
