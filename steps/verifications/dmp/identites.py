"""Le contenu du VIHF : qui agit, pour quelle structure, avec quel logiciel, sur quel patient."""

from __future__ import annotations

import re

from reports.constat import Confiance, Constat, Regle
from simulators.dmp.vihf import Vihf
from steps.jugements.marque import rejouable
from steps.verifications.cda import cle_juste
from steps.verifications.cda.jugement import juger
from steps.verifications.cda.modele import OID_INS_DEMONSTRATION, OID_INS_NIA, OID_INS_NIR, OIDS_INS
from steps.verifications.dmp import nomenclatures as n
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.types_donnees import est_ps_idnat, est_struct_idnat
from steps.verifications.dmp.vihf_valeurs import classe_saml, connexion_secrete, roles_corrects, valeurs
from steps.verifications.registre import verification

_OU = "VIHF"
_ECHANTILLONS = "Échantillons officiels de VIHF (DMP) ; ANS, volet Transport synchrone pour client lourd"
_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
_NATIONAL = re.compile(r"^(8\d{11}|0[0-9A-Z]{9})$")
_SECTEUR = re.compile(r"^SA\d{2}\^1\.2\.250\.1\.71\.4\.2\.4$")

OBLIGATOIRES = Regle(
    "DMP-VIHF-20", "Le VIHF porte les attributs de son mode d'authentification", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Ajouter les attributs manquants au VIHF.",
)  # fmt: skip
VERSION = Regle(
    "DMP-VIHF-21", "VIHF_Version est celle du profil", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire la version de VIHF du guide visé (3.0 ou 4.0).",
)  # fmt: skip
MODE = Regle(
    "DMP-VIHF-22", "Authentification_mode est un mode connu", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire DIRECTE, INDIRECTE ou INDIRECTE_RENFORCEE.",
)  # fmt: skip
ROLES = Regle(
    "DMP-VIHF-23", "Les rôles sont ceux de la profession, dans leur nomenclature", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Un rôle de profession ; un second, de spécialité, pour les médecins et les pharmaciens seulement.",
)  # fmt: skip
USAGE = Regle(
    "DMP-VIHF-24", "PurposeOfUse est dans sa nomenclature", f"{_ECHANTILLONS} ; TRE_R248", Confiance.OFFICIELLE,
    "Écrire normal, bris_de_glace ou centre_15 dans 1.2.250.1.213.1.1.4.248.",
)  # fmt: skip
LPS = Regle(
    "DMP-VIHF-25", "LPS_Nom, LPS_Version et le numéro d'homologation sont ceux du produit déclaré",
    f"{_ECHANTILLONS} ; guide d'intégration DMP, EX_GEN-1180", Confiance.OFFICIELLE,
    "Écrire le nom et la version que montre la boîte « à propos », et le numéro d'homologation attribué.",
)  # fmt: skip
FORME_STRUCTURE = Regle(
    "DMP-VIHF-26", "Identifiant_Structure est un Struct_IdNat", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire le chiffre de type puis l'identifiant : 1 et le FINESS, 3 et le SIRET…",
)  # fmt: skip
STRUCTURE = Regle(
    "DMP-VIHF-27", "Identifiant_Structure est celui de la structure", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire l'identifiant de la structure au nom de laquelle le logiciel agit.",
)  # fmt: skip
SECTEUR = Regle(
    "DMP-VIHF-28", "Secteur_Activite est codé dans JDV_J61", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire SAxx^1.2.250.1.71.4.2.4.",
)  # fmt: skip
FORME_NAME_ID = Regle(
    "DMP-VIHF-29", "NameID est un identifiant national", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire le PS_IdNat : 8 et le RPPS, 0 et l'ADELI, sans espace ni préfixe.",
)  # fmt: skip
NAME_ID = Regle(
    "DMP-VIHF-30", "NameID est l'identifiant national, non générique, de l'utilisateur",
    "REM BIO, exigence DMP/AIRS.06 (travaux de concertation 2023)", Confiance.OFFICIELLE,
    "Transmettre tel quel le RPPS ou l'ADELI de l'utilisateur authentifié à l'origine de la transaction.",
)  # fmt: skip
RESSOURCE = Regle(
    "DMP-VIHF-31", "resource-id est un INS en CX, avec une clé juste", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire <15 caractères>^^^&<OID>&ISO^NH, clé comprise.",
)  # fmt: skip
OID = Regle(
    "DMP-VIHF-32", "L'INS est sous l'OID attendu", "ANS, OID de l'identité nationale de santé", Confiance.OFFICIELLE,
    "Employer l'OID renvoyé par INSi pour ce patient.",
)  # fmt: skip
URN = Regle(
    "DMP-VIHF-33", "Ressource_URN vaut urn:dmp", _ECHANTILLONS, Confiance.OFFICIELLE, "Écrire urn:dmp.",
)  # fmt: skip
AUTHN = Regle(
    "DMP-VIHF-34", "Le contexte d'authentification est une classe SAML", _ECHANTILLONS, Confiance.OFFICIELLE,
    "Écrire la classe SAML 2.0 qui correspond à l'authentification locale.",
)  # fmt: skip
AIR = Regle(
    "DMP-VIHF-35", "En AIR, AuthnContextDecl dit le moyen d'authentification",
    "Guide d'intégration DMP (SEL-MP-037), EX_AIR-050", Confiance.SECONDAIRE,
    "Écrire AuthnContextDecl (CONF_EXI_PGSSIS en AIR simplifié).",
)  # fmt: skip
CONNEXION_SECRETE = Regle(
    "DMP-VIHF-36", "confidentiality-code ne demande que la connexion secrète", _ECHANTILLONS, Confiance.OFFICIELLE,
    "N'écrire que INVISIBLE_REPRESENTANTS_LEGAUX.",
)  # fmt: skip


@verification(OBLIGATOIRES, VERSION, MODE, URN)
def attributs(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Les attributs obligatoires sont là, avec leurs valeurs fixes ; les deux écritures du mode sont acceptées."""
    attendus = {
        "Issuer": vihf.issuer,
        "NameID": vihf.name_id,
        "AuthnInstant": vihf.authn_instant,
        "AuthnContextClassRef": vihf.authn_context_class_ref,
        "Identifiant_Structure": vihf.identifiant_structure,
        "Secteur_Activite": vihf.secteur_activite,
        "subject:role": vihf.roles[0].code if vihf.roles else "",
        "VIHF_Version": vihf.vihf_version,
        "Authentification_mode": vihf.mode,
        "resource-id": vihf.resource_id,
        "Ressource_URN": vihf.ressource_urn,
        "purposeofuse": vihf.usage,
        "LPS_Nom": vihf.lps_nom,
        "LPS_Version": vihf.lps_version,
        "LPS_ID_HOMOLOGATION_DMP": vihf.lps_id_homologation_dmp,
    }
    if vihf.mode != "DIRECTE":
        attendus["subject-id"] = vihf.subject_id
    absents = [nom for nom, valeur in attendus.items() if not valeur]
    variante = vihf.nom_attribut_mode == "Authentification_Mode"
    mode_connu = vihf.mode in ("DIRECTE", "INDIRECTE", "INDIRECTE_RENFORCEE")
    return [
        juger(
            OBLIGATOIRES, not absents, f"Des attributs manquent au VIHF (mode {vihf.mode or 'inconnu'}).",
            attendu=", ".join(attendus), recu=f"absents : {', '.join(absents)}" if absents else "tous", ou=_OU,
            echanges=echanges,
        ),
        juger(
            VERSION, vihf.vihf_version in contexte.versions_vihf, "VIHF_Version n'est pas celle du profil.",
            attendu=" ou ".join(sorted(contexte.versions_vihf)), recu=vihf.vihf_version, ou=f"{_OU}/VIHF_Version",
            echanges=echanges,
        ),
        MODE.respectee(
            "Mode connu ; l'attribut est écrit avec une majuscule (Authentification_Mode), variante acceptée",
            recu=vihf.mode, ou=f"{_OU}/{vihf.nom_attribut_mode}", echanges=echanges,
        )
        if mode_connu and variante
        else juger(
            MODE, mode_connu, "Le mode d'authentification n'est pas connu.",
            attendu="DIRECTE, INDIRECTE ou INDIRECTE_RENFORCEE", recu=vihf.mode, ou=f"{_OU}/Authentification_mode",
            echanges=echanges,
        ),
        juger(
            URN, vihf.ressource_urn == "urn:dmp", "Ressource_URN n'est pas urn:dmp.",
            attendu="urn:dmp", recu=vihf.ressource_urn, ou=f"{_OU}/Ressource_URN", echanges=echanges,
        ),
    ]  # fmt: skip


@verification(ROLES, USAGE, CONNEXION_SECRETE)
def droits(vihf: Vihf, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Rôles, mode d'accès et connexion secrète sont dans leurs nomenclatures."""
    recu = ", ".join(f"{role.code} ({role.systeme})" for role in vihf.roles)
    usage, corrects = vihf.purpose_of_use, roles_corrects(vihf.roles)
    constats = [
        ROLES.a_regarder(
            "La profession est d'une nomenclature que le banc n'a pas lue (JDV_J65).", recu=recu,
            ou=f"{_OU}/subject:role", echanges=echanges,
        )
        if corrects is None
        else juger(
            ROLES, corrects, "Les rôles ne sont pas ceux de la profession.",
            attendu="une profession (G15), plus une spécialité pour un médecin ou un pharmacien et eux seuls",
            recu=recu, ou=f"{_OU}/subject:role", echanges=echanges,
        ),
        juger(
            USAGE, usage is not None and usage.code in n.USAGES and usage.systeme == n.SYSTEME_USAGE,
            "PurposeOfUse n'est pas dans sa nomenclature.",
            attendu=f"{', '.join(sorted(n.USAGES))} ({n.SYSTEME_USAGE})",
            recu=f"{usage.code} ({usage.systeme})" if usage else "", ou=f"{_OU}/purposeofuse", echanges=echanges,
        ),
    ]  # fmt: skip
    if vihf.confidentiality_codes:
        constats.append(
            juger(
                CONNEXION_SECRETE,
                all(map(connexion_secrete, vihf.confidentiality_codes)),
                "confidentiality-code demande autre chose que la connexion secrète.",
                attendu="INVISIBLE_REPRESENTANTS_LEGAUX", recu=", ".join(vihf.confidentiality_codes),
                ou=f"{_OU}/confidentiality-code", echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(LPS)
def logiciel_declare(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le triplet du logiciel est celui du produit déclaré ; ce qui n'est pas déclaré n'est pas jugé."""
    attendus = {
        "LPS_Nom": (contexte.lps_nom, vihf.lps_nom),
        "LPS_Version": (contexte.lps_version, vihf.lps_version),
        "LPS_ID_HOMOLOGATION_DMP": (contexte.lps_homologation, vihf.lps_id_homologation_dmp),
    }
    connus = {nom: valeurs for nom, valeurs in attendus.items() if valeurs[0]}
    if not connus:
        return []
    faux = {nom: valeurs for nom, valeurs in connus.items() if valeurs[0] != valeurs[1]}
    montres = faux or connus
    return [
        juger(
            LPS, not faux, "Le logiciel annoncé au DMP n'est pas le produit déclaré.",
            attendu=", ".join(f"{nom} = {attendu}" for nom, (attendu, _) in montres.items()),
            recu=", ".join(f"{nom} = {recu or 'absent'}" for nom, (_, recu) in montres.items()), ou=_OU,
            echanges=echanges,
        )
    ]  # fmt: skip


@verification(FORME_STRUCTURE, STRUCTURE, SECTEUR)
def structure(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """La structure est identifiée, c'est la bonne, et son secteur est codé."""
    recu = vihf.identifiant_structure
    constats = [
        juger(
            FORME_STRUCTURE, est_struct_idnat(recu), "Identifiant_Structure n'est pas un Struct_IdNat.",
            attendu="1 + FINESS, 2 + SIREN, 3 + SIRET, 4 + RPPS-rang…", recu=recu, ou=f"{_OU}/Identifiant_Structure",
            echanges=echanges,
        ),
        juger(
            SECTEUR, bool(_SECTEUR.match(vihf.secteur_activite)), "Secteur_Activite n'est pas codé comme attendu.",
            attendu="SAxx^1.2.250.1.71.4.2.4", recu=vihf.secteur_activite, ou=f"{_OU}/Secteur_Activite",
            echanges=echanges,
        ),
    ]  # fmt: skip
    if contexte.structure:
        constats.append(
            juger(
                STRUCTURE, recu == contexte.structure, "Identifiant_Structure n'est pas celui de la structure.",
                attendu=contexte.structure, recu=recu, ou=f"{_OU}/Identifiant_Structure", echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(FORME_NAME_ID, NAME_ID, AUTHN, AIR)
def utilisateur(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """L'utilisateur est désigné par son identifiant national, et son authentification est décrite."""
    recu, attendu = vihf.name_id, contexte.name_id_attendu
    constats = [
        juger(
            FORME_NAME_ID, est_ps_idnat(recu), "NameID n'est pas un identifiant national.",
            attendu="8 + RPPS, 0 + ADELI, 3 + FINESS/interne…", recu=recu, ou=f"{_OU}/NameID", echanges=echanges,
        ),
        juger(
            AUTHN, classe_saml(vihf.authn_context_class_ref), "AuthnContextClassRef n'est pas une classe SAML.",
            attendu=f"{_CLASSES}…", recu=vihf.authn_context_class_ref, ou=f"{_OU}/AuthnContextClassRef",
            echanges=echanges,
        ),
    ]  # fmt: skip
    if attendu:
        generique = len(set(recu[1:])) <= 1
        constats.append(
            juger(
                NAME_ID, recu == attendu and bool(_NATIONAL.match(recu)) and not generique,
                "NameID n'est pas l'identifiant national de l'utilisateur à l'origine de la transaction.",
                attendu=attendu, recu=recu, ou=f"{_OU}/NameID", echanges=echanges,
            )
        )  # fmt: skip
    if vihf.mode == "INDIRECTE_RENFORCEE":
        constats.append(
            juger(
                AIR, bool(vihf.authn_context_decl), "AuthnContextDecl manque en authentification renforcée.",
                attendu="le moyen d'authentification (CONF_EXI_PGSSIS en AIR simplifié)", recu=vihf.authn_context_decl,
                ou=f"{_OU}/AuthnContextDecl", echanges=echanges,
            )
        )  # fmt: skip
    return constats


@verification(RESSOURCE, OID)
def patient(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Le patient est désigné par son INS, clé juste, sous l'OID attendu."""
    ins, ou = vihf.ins, f"{_OU}/resource-id"
    constats = [
        juger(
            RESSOURCE, ins is not None and cle_juste(ins.matricule) and ins.oid in OIDS_INS,
            "resource-id n'est pas un INS en CX avec une clé juste.",
            attendu="<15 caractères>^^^&<OID de l'INS>&ISO^NH", recu=vihf.resource_id, ou=ou, echanges=echanges,
        )
    ]  # fmt: skip
    if ins is None:
        return constats
    if contexte.oid_ins:
        constats.append(
            juger(
                OID, ins.oid == contexte.oid_ins, "L'INS n'est pas sous l'OID attendu pour ce patient.",
                attendu=contexte.oid_ins, recu=ins.oid, ou=ou, echanges=echanges,
            )
        )  # fmt: skip
    elif ins.oid in (OID_INS_NIR, OID_INS_NIA):
        constats.append(
            OID.a_regarder(
                f"L'INS est sous un OID de production (essais : .10 ou {OID_INS_DEMONSTRATION}) : ce peut être une "
                "personne réelle.", recu=ins.oid, ou=ou, echanges=echanges,
            )
        )  # fmt: skip
    return constats


@rejouable
def verifier_vihf(vihf: Vihf, contexte: ContexteDmp, echanges: tuple[int, ...] = ()) -> list[Constat]:
    """Tout le contenu d'un VIHF."""
    return [
        *attributs(vihf, contexte, echanges),
        *valeurs(vihf, echanges),
        *droits(vihf, echanges),
        *logiciel_declare(vihf, contexte, echanges),
        *structure(vihf, contexte, echanges),
        *utilisateur(vihf, contexte, echanges),
        *patient(vihf, contexte, echanges),
    ]
