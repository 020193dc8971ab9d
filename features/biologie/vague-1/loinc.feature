# language: fr
Fonctionnalité: Catalogue d'analyses et codes LOINC
  Le laboratoire exporte son catalogue pour le transcodeur, intègre les codes LOINC qu'il lui rend, les corrige à la main
  et garde la date de chaque code.

  @LOI/va1.01.01
  Scénario: Les chapitres et sous-chapitres s'exportent
    # Le texte officiel demande un fichier d'au moins 10 chapitres et sous-chapitres ; le banc le compare au catalogue montré.
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les chapitres du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 chapitres et sous-chapitres
    Et il dit tous les chapitres et sous-chapitres que le logiciel montre, et eux seuls

  @LOI/va1.02.01
  Scénario: Les examens prescriptibles s'exportent, une ligne par analyse
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les examens prescriptibles du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 analyses
    Et il dit tous les examens que le logiciel montre, avec une ligne par analyse
    Et ses champs facultatifs remplis disent ce que le logiciel montre

  @LOI/va1.03.01
  Scénario: Les analyses de résultat s'exportent
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les analyses de résultat du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 analyses
    Et il dit toutes les analyses que le logiciel montre, et elles seules
    Et ses champs facultatifs remplis disent ce que le logiciel montre

  @LOI/va1.04.01
  Scénario: Les codes LOINC des chapitres et sous-chapitres s'intègrent
    # Le texte officiel n'intègre qu'un fichier ; le second montre que les codes viennent du fichier et se remplacent.
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur intègre le fichier LOINC_4 du transcodeur, avec un code pour chacun
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne
    Quand l'administrateur intègre un nouveau fichier LOINC_4, où un code sur deux a changé
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne

  @LOI/va1.05.01
  Scénario: Les codes LOINC des examens prescriptibles s'intègrent
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur intègre le fichier LOINC_5 du transcodeur, avec un code pour chacun
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne
    Quand l'administrateur intègre un nouveau fichier LOINC_5, où un code sur deux a changé
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne

  @LOI/va1.06.01
  Scénario: Les codes LOINC des analyses de résultat s'intègrent
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur intègre le fichier LOINC_6 du transcodeur, avec un code pour chacun
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne
    Quand l'administrateur intègre un nouveau fichier LOINC_6, où un code sur deux a changé
    Alors le logiciel intègre ce fichier, et chacun porte le code LOINC que le fichier lui donne

  @LOI/va1.07.01
  Scénario: Le rapport d'import signale les codes hors du jeu de valeurs, et bloque les codes multiples
    # Le texte officiel ne fait jouer que les codes absents ; l'exigence demande aussi de bloquer les codes multiples.
    # Dans chaque fichier, les autres objets ont un code du jeu : rien ne doit les signaler.
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur intègre un fichier où un chapitre et un sous-chapitre ont un code absent du jeu de valeurs
    Alors le rapport d'import signale ces codes absents, et eux seuls, sans empêcher leur intégration
    Quand l'administrateur intègre un fichier où un examen a un code absent du jeu de valeurs
    Alors le rapport d'import signale ces codes absents, et eux seuls, sans empêcher leur intégration
    Quand l'administrateur intègre un fichier où une analyse a un code absent du jeu de valeurs
    Alors le rapport d'import signale ces codes absents, et eux seuls, sans empêcher leur intégration
    Quand l'administrateur intègre un fichier LOINC_6 où une analyse revient avec un autre code
    Alors le rapport d'import bloque cette analyse, qui ne prend aucun des deux codes
    Quand l'administrateur intègre un fichier LOINC_6 où une analyse a deux codes sur sa ligne
    Alors le rapport d'import bloque cette analyse, qui ne prend aucun des deux codes

  @LOI/va1.08.01
  Scénario: Un code LOINC se corrige à la main
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur change à la main le code LOINC d'un chapitre, d'un sous-chapitre, d'un examen et d'une analyse
    Alors chacun des quatre porte son nouveau code LOINC, et aucun autre objet n'a changé

  @LOI/va1.09.01
  Scénario: La date de chaque code LOINC est gardée
    # Le texte officiel date quatre changements à la main ; l'exigence date tout code créé ou modifié : le banc juge aussi
    # ceux qu'un fichier intégré crée ou change.
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur change à la main le code LOINC d'un chapitre, d'un sous-chapitre, d'un examen et d'une analyse
    Alors chacun des quatre porte son nouveau code LOINC, et aucun autre objet n'a changé
    Et chacun des quatre montre la date de son changement, et aucune autre date n'a changé
    Quand l'administrateur intègre le fichier LOINC_6 du transcodeur, avec un code pour chacun
    Alors chaque code LOINC changé par le fichier montre la date de l'intégration, et aucune autre date n'a changé
